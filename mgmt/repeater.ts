// Does something again and again, never twice at a time.

import { pause } from "./pause.ts";

export class Repeater {
  readonly #task: () => Promise<void>;
  readonly #pauseMs: number;
  #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /** `pauseMs`: from the task's end to its next beginning. A task that rejects ends the process: it must not. */
  constructor(task: () => Promise<void>, pauseMs: number) {
    this.#task = task;
    this.#pauseMs = pauseMs;
  }

  start(): void {
    this.#stopping = new AbortController();
    this.#running = this.#run(this.#stopping.signal);
  }

  /** Returns when the task does not run any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#task();
      await pause(this.#pauseMs, signal);
    }
  }
}
