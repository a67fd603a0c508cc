// What is written to a terminal. Whoever writes waits for a slow reader, and no longer than he is there.

import type { Writable } from "node:stream";

export class Output {
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Resolves when there is room for more, or nobody reads any more. */
  async write(text: string): Promise<void> {
    if (text === "" || this.#stream.destroyed) return;
    if (!this.#stream.write(text)) await this.drained();
  }

  async drained(): Promise<void> {
    if (!this.#stream.writableNeedDrain || this.#stream.destroyed) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#stream.off("drain", done).off("close", done);
        resolve();
      };
      this.#stream.once("drain", done).once("close", done);
    });
  }
}
