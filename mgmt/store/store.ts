// The store as the daemon's main thread sees it: SQLite in a thread of its own, asked by messages.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Sentence } from "../sentence.ts";
import type { Request, Response, StoreCall, StoreCalls } from "./calls.ts";

/** Far more than the parts of a daemon ask at once: beyond it the thread hangs in a call, on a dead disk for instance. */
const WAITING_MAX = 100;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class Store {
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #calls = 0;

  /** Starts the thread, and returns when it will load no more code: from then on the daemon may lose the right to read it. */
  async load(): Promise<void> {
    this.#thread = new Worker(new URL("./thread.ts", import.meta.url));
    await once(this.#thread, "message");
    this.#thread.on("message", (response: Response) => this.#settle(response));
  }

  /** Opens the file, made if absent. Rejects with a Sentence. */
  async start(file: string): Promise<void> {
    if (!this.#thread) await this.load();
    await this.call("open", file);
  }

  async stop(): Promise<void> {
    const thread = this.#thread;
    if (!thread) return;
    const closed = this.call("close");
    // Whoever comes later, with what a person began while the daemon ended, is told so.
    this.#thread = undefined;
    await closed;
    await thread.terminate();
  }

  /** Rejects with a Sentence when the file, its disk or the thread cannot serve now: the same call may succeed later. */
  call<Call extends StoreCall>(
    call: Call,
    ...args: Parameters<StoreCalls[Call]>
  ): Promise<ReturnType<StoreCalls[Call]>> {
    const thread = this.#thread;
    if (!thread) return Promise.reject(new Sentence("The store is closed: the daemon ends, or has not begun."));
    if (this.#waiting.size >= WAITING_MAX) {
      return Promise.reject(
        new Sentence("The store does not answer: look at the disk that holds the state directory."),
      );
    }
    const id = this.#calls++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      thread.postMessage({ id, call, args } satisfies Request);
    });
  }

  #settle(response: Response): void {
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if ("value" in response) waiting?.resolve(response.value);
    else waiting?.reject(response.expected ? new Sentence(response.error) : new Error(response.error));
  }
}
