// Keeps the names and their mappings: takes what feeds and people tell, some of it at a time, stores it and gives it to the fast
// path; takes away what is over.

import type { EnginePort } from "../../engine/engine_port.ts";
import type { Log } from "../../log/log.ts";
import { Repeater } from "../../repeater.ts";
import { Sentence } from "../../sentence.ts";
import { type Clock, MINUTE_MS, type Wait } from "../../time.ts";
import { Turns } from "../../turns.ts";
import type { Outcome, SubscriberEvent, SubscriberFeed } from "../feed.ts";
import type { Stored } from "./calls.ts";
import { type NameFigures, noFigures } from "./figures.ts";
import { Gatherer } from "./gatherer.ts";
import { InStep } from "./in-step.ts";
import type { NameStore } from "./store.ts";

const LOOK_MS = 1000;

/** A file that cannot be written is tried again after this. */
const AGAIN_MS = 10_000;

export interface SubscriberKeeperParts {
  readonly names: Pick<NameStore, "call">;
  readonly engine: Pick<EnginePort, "status" | "nowMs" | "changeSubscribers" | "sweepSubscribers">;
  readonly clock: Clock;
  readonly log: Pick<Log, "say">;
  readonly wait: Wait;
  /** Another number each time, from 1 to 2^32 - 1. */
  epoch(): number;
  settings(): NameSettings;
  /** Those of the ids that must not be forgotten. */
  needed(ids: readonly number[]): Promise<readonly number[]>;
}

export interface NameSettings {
  /** Names have an effect. */
  readonly aware: boolean;
  /** Minutes without a mapping after which a name that no person introduced is forgotten; null: never. */
  readonly ageingMinutes: number | null;
}

/** The most names that had mappings at once, since the daemon started. */
export interface Peak {
  readonly mapped: number;
  readonly at: number;
}

export class SubscriberKeeper implements SubscriberFeed {
  readonly #parts: SubscriberKeeperParts;
  readonly #turns = new Turns();
  readonly #inStep: InStep;
  readonly #looking = new Repeater(() => this.look(), LOOK_MS);
  readonly #gatherer: Gatherer<SubscriberEvent, Outcome>;
  #figures: NameFigures = noFigures;
  #peak: Peak = { mapped: 0, at: 0 };
  /** Undefined: no configuration is in force yet. */
  #isAware: boolean | undefined;
  #trouble: string | undefined;
  /** When mappings' time is over, in Unix milliseconds; at the start nobody has asked. */
  #nextExpiry: number | null = 0;
  #nextAgeing = 0;
  /** What NASes told of before they ended is to be taken away; at the start nobody has asked. */
  #isClearing = true;
  #isStopping = false;
  /** Not before this boot time is the file looked after again. */
  #againMs = 0;

  constructor(parts: SubscriberKeeperParts) {
    this.#parts = parts;
    const { engine, names, epoch } = parts;
    this.#inStep = new InStep({ engine, names, epoch, turns: this.#turns, isAware: () => this.#isAware });
    this.#gatherer = new Gatherer({ wait: parts.wait, commit: (take) => this.#commit(take) });
  }

  start(): void {
    this.#isStopping = false;
    this.#looking.start();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#looking.stop();
    await this.#inStep.stop();
    this.#gatherer.hurry();
    await this.#turns.over();
  }

  /** A process serves a region: see EngineOwner. */
  attached(): void {
    this.#inStep.anew();
  }

  /** The fast path has all names that have an effect, as far as can be told. */
  get isInStep(): boolean {
    return this.#inStep.lacksNothing;
  }

  /** Another configuration is in force. */
  obey(): void {
    const { aware } = this.#parts.settings();
    if (this.#isAware === aware) return;
    this.#isAware = aware;
    this.#inStep.anew();
  }

  /** Sentences about what is wrong. */
  alarms(): string[] {
    return [...(this.#trouble === undefined ? [] : [this.#trouble]), ...this.#inStep.alarms()];
  }

  get figures(): NameFigures {
    return this.#figures;
  }

  get peak(): Peak {
    return this.#peak;
  }

  take(events: readonly SubscriberEvent[]): Promise<readonly Outcome[]> {
    return this.#gatherer.take(events);
  }

  /** Changes the file and gives the fast path what is changed, between two other changes. Rejects with a Sentence. */
  change<T extends Stored>(action: () => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      const stored = await action().catch((error: unknown) => {
        if (error instanceof Sentence) this.#notStored(error);
        throw error;
      });
      this.#stored();
      this.#count(stored.figures);
      await this.#inStep.give(stored.changes);
      return stored;
    });
  }

  /** Forgets all names that a person introduced. Returns how many. Rejects with a Sentence. */
  async forgetIntroduced(): Promise<number> {
    const { names, clock } = this.#parts;
    let count = 0;
    for (let after: number | null = 0; after !== null; ) {
      const from: number = after;
      const stored = await this.change(() => names.call("forgetIntroduced", from, clock.now()));
      count += stored.names;
      after = stored.last;
    }
    return count;
  }

  /** Sees to what is over, and to a fast path that lacks something. */
  async look(): Promise<void> {
    const { clock } = this.#parts;
    await this.#inStep.look();
    if (clock.nowMs() < this.#againMs) return;
    try {
      while (this.#isClearing && !this.#isStopping) await this.#clearOn();
      while (this.#nextExpiry !== null && clock.now() >= this.#nextExpiry) await this.#expire();
      while (clock.nowMs() >= this.#nextAgeing) await this.#age();
    } catch (error) {
      if (!(error instanceof Sentence)) throw error;
      this.#againMs = clock.nowMs() + AGAIN_MS;
    }
  }

  async #expire(): Promise<void> {
    const { names, clock } = this.#parts;
    await this.change(async () => {
      const stored = await names.call("expire", clock.now());
      this.#nextExpiry = stored.next;
      return stored;
    });
  }

  async #clearOn(): Promise<void> {
    const { names, clock } = this.#parts;
    this.#isClearing = (await this.change(() => names.call("clearOn", clock.now()))).isClearing;
  }

  /** In a minute again; at once if there are more. */
  async #age(): Promise<void> {
    const { names, clock, settings, needed } = this.#parts;
    const { ageingMinutes } = settings();
    const ids = ageingMinutes === null ? [] : await names.call("idleSince", clock.now() - ageingMinutes * MINUTE_MS);
    const kept = ids.length === 0 ? [] : await needed(ids);
    const { isOver } = await this.change(() => names.call("age", ids, kept, clock.now()));
    if (ids.length === 0 && isOver) this.#nextAgeing = clock.nowMs() + MINUTE_MS;
  }

  async #commit(take: () => readonly SubscriberEvent[]): Promise<readonly Outcome[]> {
    const { names, clock } = this.#parts;
    const { outcomes, isClearing } = await this.change(() => {
      const events = take();
      for (const event of events) if ("expiresAt" in event) this.#expires(event.expiresAt);
      return names.call("commit", events, clock.now());
    });
    if (isClearing) this.#isClearing = true;
    return outcomes;
  }

  #expires(at: number | null): void {
    if (at !== null) this.#nextExpiry = Math.min(at, this.#nextExpiry ?? at);
  }

  #count(figures: NameFigures): void {
    this.#figures = figures;
    const mapped = figures.names - figures.idle;
    if (mapped > this.#peak.mapped) this.#peak = { mapped, at: this.#parts.clock.now() };
  }

  #stored(): void {
    if (this.#trouble !== undefined) this.#parts.log.say("STORE_END", "Names of subscribers are stored again.");
    this.#trouble = undefined;
  }

  #notStored({ message }: Sentence): void {
    const trouble = `${message} Until then what is told of subscribers' names is not taken.`;
    if (this.#trouble !== trouble) this.#parts.log.say("STORE", trouble);
    this.#trouble = trouble;
  }
}
