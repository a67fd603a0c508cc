// A thread that does what it is asked, by messages: the side that asks, and the side that answers.

import { once } from "node:events";
import { constants, getPriority, setPriority } from "node:os";
import { parentPort, Worker } from "node:worker_threads";
import { Sentence } from "./sentence.ts";

/** Far more than the parts of a daemon ask at once: beyond it the thread hangs in a call, on a dead disk for instance. */
const WAITING_MAX = 100;

/** Added to the nice value: a tenth of the main thread's share, if both want the same core. */
const BEHIND_MAIN = 10;

type ArgumentsOf<Call> = Call extends (...args: infer Args) => unknown ? Args : never;
type ResultOf<Call> = Call extends (...args: never[]) => infer Result ? Awaited<Result> : never;

interface Request {
  readonly id: number;
  readonly call: PropertyKey;
  readonly args: readonly unknown[];
}

type Response =
  | { readonly id: number; readonly value: unknown }
  /** `expected`: the error is a Sentence, told by the daemon; another one is a fault of ours. */
  | { readonly id: number; readonly error: string; readonly expected: boolean };

/** The thread's first message, once it has loaded all its code. */
const READY = "ready";

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What is said of a thread that cannot be asked, in sentences. */
export interface ThreadWords {
  readonly closed: string;
  readonly hangs: string;
}

/** `Calls`: what the thread can be asked, by name. */
export class CalledThread<Calls> {
  readonly #code: URL;
  readonly #words: ThreadWords;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #calls = 0;

  constructor(code: URL, words: ThreadWords) {
    this.#code = code;
    this.#words = words;
  }

  /** Starts the thread, and returns when it will load no more code: from then on the daemon may lose the right to read it. */
  async load(): Promise<void> {
    if (this.#thread) return;
    this.#thread = new Worker(this.#code);
    await once(this.#thread, "message");
    this.#thread.on("message", (response: Response) => this.#settle(response));
  }

  /** `last`: asked before it ends. Whoever comes later, with what a person began while the daemon ended, is told so. */
  async stop<Call extends keyof Calls>(last: Call, ...args: ArgumentsOf<Calls[Call]>): Promise<void> {
    const thread = this.#thread;
    if (!thread) return;
    const over = this.call(last, ...args);
    this.#thread = undefined;
    await over;
    await thread.terminate();
  }

  /** Rejects with a Sentence when the thread, or what it needs, cannot serve now: the same call may succeed later. */
  call<Call extends keyof Calls>(call: Call, ...args: ArgumentsOf<Calls[Call]>): Promise<ResultOf<Calls[Call]>> {
    const thread = this.#thread;
    if (!thread) return Promise.reject(new Sentence(this.#words.closed));
    if (this.#waiting.size >= WAITING_MAX) return Promise.reject(new Sentence(this.#words.hangs));
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

/**
 * The thread's own side, once it has loaded everything: answers whoever asks. A call that returns a promise lets others in between.
 * The main thread goes first where cores are few: Linux has a nice value for each thread (setpriority(2), BUGS).
 */
export function answerCalls<Calls extends object>(calls: Calls): void {
  setPriority(Math.min(constants.priority.PRIORITY_LOW, getPriority() + BEHIND_MAIN));
  parentPort?.on("message", async (request: Request) => {
    const response = await respond(calls, request);
    const value = "value" in response && response.value instanceof Object ? response.value : {};
    parentPort?.postMessage(response, moving.get(value));
  });
  parentPort?.postMessage(READY);
}

/** Buffers that go with an answer, instead of a copy of them. */
const moving = new WeakMap<object, readonly ArrayBuffer[]>();

/** The answer with these buffers in it: they are the asker's from then on, and nobody's here. */
export function moved<T extends object>(answer: T, ...buffers: readonly ArrayBuffer[]): T {
  moving.set(answer, buffers);
  return answer;
}

async function respond<Calls extends object>(calls: Calls, { id, call, args }: Request): Promise<Response> {
  const run = calls[call as keyof Calls] as (...args: readonly unknown[]) => unknown;
  try {
    return { id, value: await run(...args) };
  } catch (error) {
    const expected = error instanceof Sentence;
    return { id, expected, error: expected ? error.message : String((error as Error).stack ?? error) };
  }
}
