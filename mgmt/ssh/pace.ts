// Lets handshakes begin one after the other: each takes milliseconds of the event loop, and whoever connects can ask for one.

import type { Wait } from "../time.ts";

export class Pace {
  readonly #everyMs: number;
  readonly #wait: Wait;
  readonly #waiting = new Set<() => void>();
  #goes = false;

  constructor(everyMs: number, wait: Wait) {
    this.#everyMs = everyMs;
    this.#wait = wait;
  }

  /** Calls `begin` when it is its turn, at once if nobody came lately. Returns what takes it back. */
  ask(begin: () => void): () => void {
    this.#waiting.add(begin);
    if (!this.#goes) void this.#go();
    return () => this.#waiting.delete(begin);
  }

  async #go(): Promise<void> {
    this.#goes = true;
    for (const begin of this.#waiting) {
      this.#waiting.delete(begin);
      begin();
      await this.#wait(this.#everyMs);
    }
    this.#goes = false;
  }
}
