// Runs a command of the prompt and shows its answer: Ctrl-C, and the person's going, stop it.

import type { Context, ExecCommand } from "../commands/exec.ts";
import type { Pipe } from "../commands/pipes.ts";
import type { Match } from "../grammar/match.ts";
import type { Keys } from "./keys.ts";
import type { Output } from "./output.ts";
import { Pager } from "./pager.ts";
import { printingOf } from "./pipes.ts";
import { print, untilAborted } from "./printing.ts";

export interface Execution {
  readonly found: Match<ExecCommand>;
  readonly pipes: readonly Match<Pipe>[];
  /** `signal`: the person has gone. */
  readonly context: Context;
  readonly keys: Keys;
  readonly output: Output;
}

/** Rejects with a Sentence when the command is refused. */
export async function execute({ found, pipes, context, keys, output }: Execution): Promise<void> {
  const { command, args } = found;
  const { pageLength: length, width } = context.session;
  const interrupted = new AbortController();
  const signal = AbortSignal.any([interrupted.signal, context.signal]);
  const pager = new Pager(keys, output, { length, width });
  keys.onInterrupt(() => {
    interrupted.abort();
    void output.write("^C\r\n");
  });
  try {
    const answers = command.execute({ ...context, signal }, args as never);
    await print(command.kind === "show" ? untilAborted(answers, signal) : answers, printingOf(pipes), pager, signal);
  } finally {
    keys.onInterrupt(undefined);
  }
}
