// Tells whether a fast path is there, alive and well, and says when that changes.

import type { EngineError, EnginePort, EngineStatus } from "../engine/engine_port.ts";
import type { RegionHeader } from "../engine/region_data.ts";
import type { Log } from "../log/log.ts";
import { Repeater } from "../repeater.ts";
import type { Clock } from "../time.ts";
import { type Look, look, news } from "./alarms.ts";
import { type WorkerLoad, WorkerLoads } from "./worker_loads.ts";

const LOOK_MS = 250;

/** The control thread turns many times a second: one that stands still this long is dead or hung. */
const STILL_MS = 2000;

export interface WatchParts {
  readonly engine: EnginePort;
  readonly log: Pick<Log, "say">;
  readonly clock: Clock;
  /** Events lost since the daemon started. */
  readonly events: { readonly lost: number };
  readonly policy: { readonly isCutOff: boolean };
}

export class FastPathWatch {
  readonly #parts: WatchParts;
  readonly #loads = new WorkerLoads();
  readonly #looking = new Repeater(async () => this.look(), LOOK_MS);
  #absence: string | undefined = "No fast path was found yet.";
  #heartbeat = -1;
  #beatAt = 0;
  #alive = false;
  /** The last one, also while no region is there: an alarm is over when a fast path is seen without it. */
  #seen: Look | undefined;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#looking.start();
  }

  async stop(): Promise<void> {
    await this.#looking.stop();
  }

  attached({ pid, starts, adoption }: RegionHeader): void {
    this.#absence = undefined;
    this.#loads.forget();
    this.#beatAt = this.#parts.clock.now();
    this.#alive = true;
    const adopted = `it adopted ${adoption.subscribers} subscribers, ${adoption.breached} of them in breach`;
    const text = `Fast path: process ${pid} serves (start ${starts})${starts > 1 ? `; ${adopted}` : ""}.`;
    this.#parts.log.say("FASTPATH", text);
  }

  detached({ message }: EngineError): void {
    this.#absence = message;
    this.#alive = false;
    this.#loads.forget();
    this.#parts.log.say("FASTPATH_LOST", `Fast path: ${message}`);
  }

  look(): void {
    const status = this.#parts.engine.status();
    if (!status) return;
    this.#listen(status.live.heartbeat);
    this.#examine(status);
    this.#loads.see(status, this.#parts.clock.nowMs());
  }

  #listen(heartbeat: number): void {
    const { log, clock } = this.#parts;
    if (heartbeat !== this.#heartbeat) {
      this.#heartbeat = heartbeat;
      this.#beatAt = clock.now();
    }
    const alive = clock.now() - this.#beatAt < STILL_MS;
    if (alive && !this.#alive) log.say("FASTPATH", "Fast path: It moves again.");
    if (!alive && this.#alive) log.say("FASTPATH_LOST", `Fast path: ${STANDS_STILL}`);
    this.#alive = alive;
  }

  #examine(status: EngineStatus): void {
    const { log, clock, events, policy } = this.#parts;
    const before = this.#seen;
    this.#seen = look(before, { status, eventsLost: events.lost, isCutOff: policy.isCutOff }, clock.nowMs());
    for (const { mnemonic, text } of news(before?.alarms ?? [], this.#seen.alarms)) log.say(mnemonic, text);
  }

  /** True while a process serves the region. */
  get alive(): boolean {
    return this.#alive;
  }

  /** What worker 0, 1, ... did in the last seconds; null: nothing can be said. */
  loads(): readonly (WorkerLoad | null)[] {
    return this.#loads.loads();
  }

  /** Sentences about what is wrong. */
  alarms(): string[] {
    if (this.#absence !== undefined) return [this.#absence];
    const seen = this.#seen?.alarms.map(({ text }) => text) ?? [];
    return this.#alive ? seen : [STANDS_STILL, ...seen];
  }
}

const STANDS_STILL = "The process that served the region stands still: its supervisor should start another one.";
