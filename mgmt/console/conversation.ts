// One session of the console: what comes over the socket is typed at a prompt, or is lines that are obeyed without one.

import { once } from "node:events";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import type { ShellSession } from "../../cli/shell/session.ts";
import { audited } from "../access/audited-lines.ts";
import { type Hello, lineSchema, readMessage, typedSchema } from "./protocol.ts";
import type { ConsoleTerminal } from "./terminal.ts";

interface Conversation {
  readonly hello: Hello;
  readonly messages: AsyncIterable<string>;
  /** Nobody is there any more. */
  readonly gone: AbortSignal;
  readonly terminal: ConsoleTerminal;
  readonly session: ShellSession;
  /** Told before the first line that is more than a question. */
  acts(): Promise<void>;
}

/** False: a line was refused, and no person typed it. Rejects with a Sentence when a message is wrong. */
export async function converse(conversation: Conversation): Promise<boolean> {
  const { hello, terminal } = conversation;
  try {
    return await (hello.lines ? obeyed(conversation) : typed(conversation));
  } finally {
    terminal.input.destroy();
    await finished(terminal.output.end());
  }
}

async function typed({ hello, messages, gone, terminal, session, acts }: Conversation): Promise<boolean> {
  const taking = async () => {
    for await (const message of messages) await terminal.take(readMessage(typedSchema, message), gone);
    // Nothing more is typed; what was typed is still obeyed.
    terminal.input.end();
  };
  await acts();
  const good = await whileTaking(session, taking(), session.run());
  return good || hello.interactive;
}

/** Who sends lines is told of each whether it was taken: there is nothing more to tell. */
async function obeyed({ messages, gone, terminal, session, acts }: Conversation): Promise<true> {
  const lines = new PassThrough({ objectMode: true });
  const taking = async () => {
    for await (const message of messages) {
      const asked = readMessage(lineSchema, message);
      if ("in" in asked) await terminal.take(asked, gone);
      else if (!lines.write(asked.line)) await once(lines, "drain", { signal: gone });
    }
    // He has gone, whatever runs.
    session.close();
  };
  const tell = (taken: boolean) => terminal.output.tell({ obeyed: taken });
  await whileTaking(session, taking(), session.runLines(audited(lines, session, acts), tell));
  return true;
}

/** Does the work of a session while messages are taken: a wrong one ends it. */
async function whileTaking<Result>(
  session: ShellSession,
  taking: Promise<void>,
  work: Promise<Result>,
): Promise<Result> {
  let reason: unknown;
  void taking.catch((error) => {
    reason = error;
    session.close();
  });
  const result = await work;
  if (reason) throw reason;
  return result;
}
