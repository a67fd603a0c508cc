// How long breaches are on record: a year, and no more of them than the store keeps (store/breach-table.ts). A clock that is far ahead
// for a while forgets nobody: a year is over by boot time too, and by the latest breach.

import { Repeater } from "../repeater.ts";
import { Sentence } from "../sentence.ts";
import type { Store } from "../store/store.ts";
import { type Clock, type Moment, momentOf } from "../time.ts";

const KEPT_MS = 365 * 86_400_000;

const PAUSE_MS = 1000;

/** Between two pauses: ten thousand rows, more than come. */
const STEPS_MAX = 20;

export interface RetentionParts {
  readonly store: Pick<Store, "call">;
  readonly clock: Clock;
}

export class BreachRetention {
  readonly #parts: RetentionParts;
  /** The clocks at the first look. */
  #first: Moment | undefined;
  readonly #forgetting = new Repeater(() => this.forget(), PAUSE_MS);

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#forgetting.start();
  }

  async stop(): Promise<void> {
    await this.#forgetting.stop();
  }

  /** In small steps, for which others wait little. A store that cannot serve now is asked again. */
  async forget(): Promise<void> {
    try {
      for (let step = 0; step < STEPS_MAX; step++) if (!(await this.#step())) return;
    } catch (error) {
      if (!(error instanceof Sentence)) throw error;
    }
  }

  #step(): Promise<boolean> {
    const { store, clock } = this.#parts;
    this.#first ??= momentOf(clock);
    const passedMs = clock.nowMs() - this.#first.nowMs;
    return store.call("pruneBreaches", Math.min(clock.now(), this.#first.now + passedMs), KEPT_MS);
  }
}
