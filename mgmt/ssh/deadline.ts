// By when somebody must have done something, or his connection ends.

import type { Socket } from "node:net";

/** For the other end to answer that the connection is over. */
export const CLOSING_MS = 5000;

export class Deadline {
  readonly #socket: Socket;
  readonly #nowMs: () => number;
  #timer: NodeJS.Timeout | undefined;
  #atMs = 0;

  /** `nowMs`: milliseconds on a clock that is never set. */
  constructor(socket: Socket, nowMs: () => number) {
    this.#socket = socket;
    this.#nowMs = nowMs;
    socket.once("close", () => this.clear());
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  /** From now on this is the deadline. What he has not read yet by then he still may. */
  in(ms: number): void {
    this.clear();
    if (this.#socket.destroyed) return;
    this.#atMs = this.#nowMs() + ms;
    this.#timer = setTimeout(() => {
      this.#socket.end();
      this.#timer = setTimeout(() => this.#socket.destroy(), CLOSING_MS);
    }, ms);
  }

  /** Does something for which he is not to blame: the deadline is later by as long as it takes. */
  async without<Result>(work: () => Promise<Result>): Promise<Result> {
    const left = this.#atMs - this.#nowMs();
    this.clear();
    try {
      return await work();
    } finally {
      this.in(left);
    }
  }
}
