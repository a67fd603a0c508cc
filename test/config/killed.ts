// A process that keeps a configuration, killed in an operation at each of its system calls that change files or wake a thread: at
// the first, in another process at the second, until there is none left.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Request, State } from "./keeper-process.ts";

const program = `${import.meta.dirname}/keeper-process.ts`;

/** Those that Node and SQLite may use, here or elsewhere. */
const CALLS = [
  ...["write", "writev", "pwrite64", "pwritev", "ftruncate", "fallocate", "fsync", "fdatasync", "io_uring_enter"],
  ...["openat", "link", "linkat", "rename", "renameat", "renameat2", "unlink", "unlinkat"],
];

/** In so many is a commit to be confirmed. */
export const CONFIRM_MINUTES = 10;

/** When and on which machine a process is started. */
export interface Start {
  /** The same unless the machine was restarted. */
  readonly bootId: string;
  /** In minutes. */
  readonly later: number;
}

/** A process that keeps the configuration in a directory. */
export class Keeper {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;
  /** What it began with. */
  found: State = { running: "", pending: false, alarm: null };

  private constructor(directory: string, { bootId, later }: Start) {
    // One thread for files, so that calls come in the same order each time; compiled code is kept, which halves a start.
    const env = { ...process.env, UV_THREADPOOL_SIZE: "1", NODE_COMPILE_CACHE: `${directory}/compiled` };
    const child = spawn(process.execPath, [program, directory, bootId, String(later)], {
      env,
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.on("error", () => {});
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.#ended = once(child, "close");
  }

  static async start(directory: string, start: Start): Promise<Keeper> {
    const keeper = new Keeper(directory, start);
    const found = await keeper.#next();
    if (!found) throw new Error("The process ended before it was ready.");
    keeper.found = found as State;
    return keeper;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Undefined: it ended before it answered. */
  async ask(request: Request): Promise<object | undefined> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#next();
  }

  /** In the ordinary way. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  async #next(): Promise<object | undefined> {
    const { value, done } = await this.#lines.next();
    return done ? undefined : JSON.parse(value);
  }
}

/** Traces a process from the moment this returns until `release` is called. */
async function trace(pid: number, options: readonly string[]) {
  const tracer = spawn("strace", ["-f", "-p", String(pid), ...options], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(tracer, "close");
  let said = "";
  await new Promise<void>((resolve, reject) => {
    tracer.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
      if (said.includes(" attached")) resolve();
    });
    tracer.once("close", () => reject(new Error(said)));
  });
  return {
    /** SIGINT: what was traced is written. SIGKILL: also when strace waits for ever for a process that it has killed. */
    async release(signal: "SIGINT" | "SIGKILL") {
      tracer.kill(signal);
      await ended;
    },
  };
}

/** What is done again and again. */
export interface Trial {
  readonly directory: string;
  /** How a process is started in a round, from 0. */
  start(round: number): Start;
  /** What comes before the operation. */
  prepare(keeper: Keeper, round: number): Promise<void>;
  operation(round: number): Request;
  /** Looks at what the process of the next round found. */
  judge(found: State, round: Round): Promise<void>;
}

export interface Round {
  readonly round: number;
  /** What the operation found. */
  readonly before: State;
  readonly answered: boolean;
}

/** Returns at how many calls of each name it was killed. */
export async function killedAtEachCall(trial: Trial): Promise<Record<string, number>> {
  const { directory } = trial;
  let round = 0;
  await (await Keeper.start(directory, trial.start(round))).end();
  let keeper = await Keeper.start(directory, trial.start(round));

  /** Does the operation in a traced process, and has it followed by another. */
  const operate = async (options: readonly string[], end: "SIGINT" | "SIGKILL" = "SIGKILL"): Promise<boolean> => {
    await trial.prepare(keeper, round);
    const before = (await keeper.ask({ ask: "state" })) as State;
    const { release } = await trace(keeper.pid, options);
    const answered = (await keeper.ask(trial.operation(round))) !== undefined;
    await release(end);
    await keeper.kill();
    keeper = await Keeper.start(directory, trial.start(round + 1));
    await trial.judge(keeper.found, { round, before, answered });
    round++;
    return answered;
  };

  try {
    const log = `${directory}/calls`;
    await operate(["-o", log, "-e", `trace=${CALLS.map((call) => `?${call}`)}`], "SIGINT");
    const calls = new Set((await readFile(log, "utf8")).match(/(?<=^\d+ +)\w+(?=\()/gm));
    const kills: Record<string, number> = {};
    for (const call of calls) {
      for (let when = 1; ; when++) {
        const kill = `inject=${call}:signal=KILL:when=${when}`;
        if (await operate(["-o", "/dev/null", "-e", `trace=${call}`, "-e", kill])) break;
        kills[call] = when;
      }
    }
    return kills;
  } finally {
    await keeper.kill();
  }
}
