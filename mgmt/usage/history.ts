// Usage on record as the daemon's main thread sees it: a file and a thread of its own, apart from the store. It is much and is
// read for seconds at a time, and losing it loses nothing that the appliance needs.

import { CalledThread } from "../called-thread.ts";
import type { UsageCalls } from "./calls.ts";

export class UsageHistory {
  readonly #thread = new CalledThread<UsageCalls>(new URL("./thread.ts", import.meta.url), {
    closed: "Usage is not on record: the daemon ends, or has not begun.",
    hangs: "The record of usage does not answer: look at the disk that holds the state directory.",
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

  /** Rejects with a Sentence when the file, its disk or the thread cannot serve now. */
  call: CalledThread<UsageCalls>["call"] = (call, ...args) => this.#thread.call(call, ...args);
}
