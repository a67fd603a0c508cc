// Names as the daemon's main thread sees their file: in a thread of its own, because there are a million, which takes seconds.

import { CalledThread } from "../../called-thread.ts";
import type { NameCalls } from "./calls.ts";

export class NameStore {
  readonly #thread = new CalledThread<NameCalls>(new URL("./thread.ts", import.meta.url), {
    closed: "The names of subscribers are closed: the daemon ends, or has not begun.",
    hangs: "The names of subscribers do not answer: look at the disk that holds the state directory.",
  });

  /** Starts the thread: see CalledThread. */
  load(): Promise<void> {
    return this.#thread.load();
  }

  /** `file`: made if absent, when it is first needed. */
  async start(file: string): Promise<void> {
    await this.load();
    await this.#thread.call("begin", file);
  }

  stop(): Promise<void> {
    return this.#thread.stop("close");
  }

  /** Each runs to its end before the next begins. Rejects with a Sentence when the file, its disk or the thread cannot serve now. */
  call: CalledThread<NameCalls>["call"] = (call, ...args) => this.#thread.call(call, ...args);
}
