// Runs the tools that checks and tests are made of, and keeps what they said.
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";

export const root = join(import.meta.dirname, "../..");

export interface Finished {
  /** True when the tool ended by itself with exit status 0. */
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** How it ended, for a person: "exit status 1", "SIGSEGV", "no answer in 600 s". */
  readonly ending: string;
}

export interface RunOptions {
  /** Added to this process's environment. */
  readonly env?: Record<string, string>;
  /** After this many seconds the tool is asked to end (SIGTERM). */
  readonly timeoutSeconds?: number;
  /** Hears what the tool writes to stderr as it comes. */
  readonly onStderr?: (text: string) => void;
}

/** Runs a command from the repository root, the npm packages' tools found first. A missing command is a failed one. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const timeoutSeconds = options.timeoutSeconds ?? 600;
  const path = [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...options.env, PATH: path },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => {
    output.stderr += text;
    options.onStderr?.(text);
  });

  return new Promise((resolve) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGTERM");
    }, timeoutSeconds * 1000);
    const finish = (ok: boolean, ending: string) => {
      clearTimeout(timer);
      resolve({ ok: ok && !late, ...output, ending: late ? `no answer in ${timeoutSeconds} s` : ending });
    };
    child.on("error", (error) => finish(false, error.message));
    child.on("close", (code, signal) => finish(code === 0, signal ?? `exit status ${code}`));
  });
}
