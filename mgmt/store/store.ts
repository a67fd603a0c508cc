// The store as the daemon's main thread sees it: SQLite in a thread of its own, asked by messages.

import { CalledThread } from "../called-thread.ts";
import type { StoreCalls } from "./calls.ts";

export class Store {
  readonly #thread = new CalledThread<StoreCalls>(new URL("./thread.ts", import.meta.url), {
    closed: "The store is closed: the daemon ends, or has not begun.",
    hangs: "The store does not answer: look at the disk that holds the state directory.",
  });

  /** Starts the thread: see CalledThread. */
  load(): Promise<void> {
    return this.#thread.load();
  }

  /** Opens the file, made if absent. Rejects with a Sentence. */
  async start(file: string): Promise<void> {
    await this.load();
    await this.#thread.call("open", file);
  }

  stop(): Promise<void> {
    return this.#thread.stop("close");
  }

  /** Each runs to its end before the next begins. Rejects with a Sentence when the file, its disk or the thread cannot serve now. */
  call: CalledThread<StoreCalls>["call"] = (call, ...args) => this.#thread.call(call, ...args);
}
