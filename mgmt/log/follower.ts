// Somebody who follows the log as it grows: what he does not take in time is left out, and counted.

import type { LogLine } from "./line.ts";

/** Lines that may wait for him. */
const WAITING_MAX = 1000;

/** A line; or how many were left out here, because he was too slow. */
export type Followed = LogLine | { readonly lost: number };

export class Follower {
  #waiting: LogLine[] = [];
  #lost = 0;
  #wake = () => {};

  take(line: LogLine): void {
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push(line);
    else this.#lost++;
    this.#wake();
  }

  /** Ends when the signal is aborted. */
  async *lines(signal: AbortSignal): AsyncGenerator<Followed> {
    signal.addEventListener("abort", () => this.#wake(), { once: true });
    while (!signal.aborted) {
      const [lines, lost] = [this.#waiting.splice(0), this.#lost];
      this.#lost = 0;
      yield* lines;
      if (lost > 0) yield { lost };
      if (this.#waiting.length === 0) await this.#more(signal);
    }
  }

  #more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (signal.aborted) resolve();
    });
  }
}
