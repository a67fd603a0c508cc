// The programs a lab is made of: short commands run to their end, and long-running parts started, read and stopped.
// Used by every file of the lab. Parts run in a process group of their own: a Ctrl-C reaches only the lab, which then
// stops them in order.
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

/** How a command ended and what it wrote. */
export interface Outcome {
  /** Exit status; -1 if a signal or the timeout ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Given to the command's standard input; nothing by default. */
  readonly input?: string;
  /** The command is killed after this many seconds; 30 by default. */
  readonly timeoutSeconds?: number;
}

/** Runs a command to its end, whatever the end; rejects only if the command cannot be started. */
export function attempt(command: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  const [file = "", ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      detached: true,
      timeout: (options.timeoutSeconds ?? 30) * 1000,
      killSignal: "SIGKILL",
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status: status ?? -1, stdout, stderr }));
    // A command may end without reading what it was given.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
  });
}

/** Runs a command that must succeed and returns what it wrote; rejects with its last words otherwise. */
export async function run(command: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { status, stdout, stderr } = await attempt(command, options);
  if (status !== 0) {
    throw new Error(`"${command.join(" ")}" failed: ${stderr.trim().split("\n").at(-1) || `exit status ${status}`}`);
  }
  return stdout;
}

export interface PartOptions {
  /** A file that everything the part writes is appended to. */
  readonly log: string;
  /** Called with each line the part writes to standard output, which then does not go to the log. */
  readonly onLine?: (line: string) => void;
  /** Called with each line the part writes to standard error, which goes to the log all the same. */
  readonly onComplaint?: (line: string) => void;
}

/** A running program of the lab. */
export class Part {
  readonly name: string;
  readonly pid: number;
  /** Settles when the program has ended and its last line was read: its exit status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;
  readonly #log: string;

  private constructor(name: string, child: ChildProcess, pid: number, log: string) {
    this.name = name;
    this.pid = pid;
    this.#child = child;
    this.#log = log;
    this.ended = new Promise((resolve) => child.on("close", (status, signal) => resolve(signal ?? status ?? -1)));
  }

  /** Starts `command`; rejects if it cannot be started. `name` is what error messages call it. */
  static async start(name: string, command: readonly string[], options: PartOptions): Promise<Part> {
    const [file = "", ...args] = command;
    const log = await open(options.log, "a");
    const output = options.onLine ? "pipe" : log.fd;
    const complaints = options.onComplaint ? "pipe" : log.fd;
    const child = spawn(file, args, { detached: true, stdio: ["ignore", output, complaints] });
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject)).finally(() =>
      log.close(),
    );
    if (child.stdout && options.onLine) createInterface({ input: child.stdout }).on("line", options.onLine);
    if (child.stderr && options.onComplaint) {
      createInterface({ input: child.stderr })
        .on("line", (line) => appendFileSync(options.log, `${line}\n`))
        .on("line", options.onComplaint);
    }
    return new Part(name, child, child.pid ?? 0, options.log);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The end of its log: a sentence of ours is one line, a crash of the runtime is several. */
  async lastWords(): Promise<string> {
    const lines = (await readFile(this.#log, "utf8")).trim().split("\n");
    return lines.slice(-12).join("\n") || "it logged nothing";
  }

  /** Sends a signal; false if the program has ended already. */
  signal(signal: NodeJS.Signals): boolean {
    return this.#child.kill(signal);
  }

  /** Asks the program to end and waits; kills it after `graceSeconds`. */
  async stop(signal: NodeJS.Signals = "SIGTERM", graceSeconds = 5): Promise<void> {
    if (!this.running) return;
    this.signal(signal);
    const timer = setTimeout(() => this.signal("SIGKILL"), graceSeconds * 1000);
    await this.ended;
    clearTimeout(timer);
  }
}

/**
 * Asks again until `probe` says true.
 * @param what names the awaited state, as in "the mail sink listens".
 * @param part if given, its end makes further waiting useless.
 */
export async function until(
  what: string,
  probe: () => Promise<boolean>,
  { timeoutSeconds = 10, part }: { timeoutSeconds?: number; part?: Part } = {},
): Promise<void> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  while (!(await probe())) {
    if (part && !part.running) {
      throw new Error(`${part.name} ended (${await part.ended}) before ${what}: ${await part.lastWords()}`);
    }
    if (performance.now() > deadline) throw new Error(`${what}: waited ${timeoutSeconds} s in vain`);
    await delay(20);
  }
}
