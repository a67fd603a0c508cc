// Puts usage on record: once a minute what the fast path kept of the minute that has just ended. One that nobody took while the
// next went on is missing for good, and its absence says so.

import { EngineError, type EnginePort, type EngineStatus } from "../engine/engine_port.ts";
import type { UsageRecord } from "../engine/region_data.ts";
import type { Log } from "../log/log.ts";
import { Repeater } from "../repeater.ts";
import { Sentence } from "../sentence.ts";
import { type Clock, MINUTE_MS, unixTime } from "../time.ts";
import type { UsageHistory } from "./history.ts";
import type { NamedUsage } from "./usage.ts";

const LOOK_MS = 1000;

/** After a minute's end: a worker may still store what it read of the clock before. */
const SETTLED_MS = 1000;

export interface CollectorParts {
  readonly engine: Pick<EnginePort, "status" | "usage">;
  readonly history: Pick<UsageHistory, "call">;
  readonly log: Pick<Log, "say">;
  readonly clock: Clock;
  /** Null: no configuration ever had it. */
  serviceName(id: number): string | null;
  /** Names of the services that the fast path measures now. */
  measured(): readonly string[];
}

export class UsageCollector {
  readonly #parts: CollectorParts;
  readonly #looking = new Repeater(() => this.look(), LOOK_MS);
  /** The last minute on record, of this boot. */
  #last = -1;
  #trouble: string | undefined;

  constructor(parts: CollectorParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#looking.start();
  }

  async stop(): Promise<void> {
    await this.#looking.stop();
  }

  /** Why usage is not being put on record, if so: a sentence. */
  get alarm(): string | undefined {
    return this.#trouble;
  }

  /** Takes the minute that ended last, unless it is on record. What fails is tried again while the minute can be had. */
  async look(): Promise<void> {
    const { engine, clock } = this.#parts;
    const minute = Math.floor((clock.nowMs() - SETTLED_MS) / MINUTE_MS) - 1;
    const status = engine.status();
    if (!status || minute <= this.#last || minute < 0) return;
    try {
      await this.#take(minute, status);
      this.#last = minute;
      this.#saved();
    } catch (error) {
      if (error instanceof Sentence) this.#notSaved(error.message);
      // The region went away: another will come.
      else if (!(error instanceof EngineError)) throw error;
    }
  }

  async #take(minute: number, { header }: EngineStatus): Promise<void> {
    const { engine, history, clock, measured } = this.#parts;
    const startMs = minute * MINUTE_MS;
    await history.call("take", [], true);
    for await (const page of engine.usage(minute)) await history.call("take", this.#named(page), false);
    // What is read of a minute that is no longer kept is not all of it.
    if (clock.nowMs() >= startMs + 2 * MINUTE_MS) return;
    const now = engine.status()?.header;
    const served = now?.region === header.region && now.starts === header.starts && header.startedMs <= startMs;
    const startedAt = unixTime(clock, startMs);
    const named = { bootId: header.bootId, bootMinute: minute, startedAt };
    await history.call("save", { ...named, whole: served, measured: measured() });
  }

  #named(page: readonly UsageRecord[]): NamedUsage[] {
    return page.flatMap(({ service, ...rest }) => {
      const name = this.#parts.serviceName(service);
      return name === null ? [] : { ...rest, service: name };
    });
  }

  #saved(): void {
    if (this.#trouble !== undefined) this.#parts.log.say("STORE_END", "Usage is put on record again.");
    this.#trouble = undefined;
  }

  #notSaved(reason: string): void {
    const trouble = `${reason} Usage is not put on record until then.`;
    if (this.#trouble !== trouble) this.#parts.log.say("STORE", trouble);
    this.#trouble = trouble;
  }
}
