// A measuring program that is kept running and asked for one round at a time, so that rounds of several can be interleaved.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** One program's standard input and output, a line at a time. */
export class Dialogue {
  readonly #name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #lastWords = "it ended";

  private constructor(name: string, child: ChildProcessWithoutNullStreams) {
    this.#name = name;
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = text.trim().split("\n").at(-1) ?? this.#lastWords;
    });
    child.stdin.on("error", () => {});
  }

  /** Starts the program; rejects if it cannot be started. `name` is what error messages call it. */
  static async start(name: string, command: readonly string[]): Promise<Dialogue> {
    const [file = "", ...args] = command;
    // A group of its own: Ctrl-C reaches only the bench, which then stops it.
    const child = spawn(file, args, { detached: true, stdio: "pipe" });
    const dialogue = new Dialogue(name, child);
    await once(child, "spawn");
    return dialogue;
  }

  say(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The next line that matches, matched; rejects with the program's last words if it ends instead. */
  async hear(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) break;
      const match = pattern.exec(value);
      if (match) return match;
    }
    await this.stop();
    throw new Error(`${this.#name}: ${this.#lastWords}`);
  }

  /** Ends the program, which keeps nothing worth saving, and waits for its end. */
  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const ended = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
