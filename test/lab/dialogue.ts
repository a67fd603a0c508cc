// A program in a namespace that is told one line at a time and answers each with one line.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Namespace } from "../../lab/namespace.ts";

export class Dialogue {
  readonly #child: ChildProcess;
  readonly #waiting: PromiseWithResolvers<string>[] = [];

  private constructor(child: ChildProcess, name: string) {
    this.#child = child;
    if (child.stdout)
      createInterface({ input: child.stdout }).on("line", (line) => this.#waiting.shift()?.resolve(line));
    child.on("close", () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`${name} ended without an answer`));
    });
  }

  /** Starts `command`, whose complaints go to the test's own standard error. The lab's end ends it if nobody else does. */
  static async start(namespace: Namespace, command: readonly string[]): Promise<Dialogue> {
    const [file = "", ...args] = namespace.inside(command);
    const child = spawn(file, args, { detached: true, stdio: ["pipe", "pipe", "inherit"] });
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    return new Dialogue(child, command.join(" "));
  }

  /** Says a line; resolves with its answer, rejects if the program ends first. */
  say(line: string): Promise<string> {
    const answer = Promise.withResolvers<string>();
    this.#waiting.push(answer);
    this.#child.stdin?.write(`${line}\n`);
    return answer.promise;
  }

  /** Ends the program's input and waits until it has ended. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin?.end();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await ended;
  }
}
