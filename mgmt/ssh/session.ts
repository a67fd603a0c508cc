// One session that somebody opens over his connection: a shell, or lines that he wants obeyed.

import { finished } from "node:stream/promises";
import { setImmediate as turn } from "node:timers/promises";
import type { PseudoTtyInfo, ServerChannel, Session } from "ssh2";
import type { ShellSession } from "../../cli/shell/session.ts";
import type { Terminal } from "../../cli/shell/terminal.ts";
import { audited } from "../access/audited-lines.ts";
import type { Identity } from "../access/identity.ts";
import { whenIdle } from "../access/idle.ts";
import type { Caller } from "../access/sessions.ts";
import type { Shells } from "../access/shells.ts";
import { Sentence } from "../sentence.ts";
import { type Carrier, type ChannelOutput, execTerminal, shellTerminal } from "./terminal.ts";

/** Twice the library's window. */
const TYPED_AHEAD_MAX = 4 << 20;

export interface SessionParts {
  readonly carrier: Carrier;
  readonly caller: Caller;
  readonly shells: Shells;
  /** Milliseconds without typing after which one that waits for somebody to type ends; 0: never. */
  idleMs(): number;
  /** Throws a Sentence when there is no place for another session. */
  admit(identity: Identity): void;
  /** What runs in it takes a place until it is over. */
  track(work: Promise<void>): void;
  /** Something runs in it, and does no more. */
  begun(): void;
  over(): void;
  /** Told of an error that is nobody's but ours. */
  fault(error: unknown): void;
}

type At = Terminal & { readonly output: ChannelOutput };

/** What a session's work comes to: its exit status. `typedAt`: runs what takes the keys. */
type Work = (
  session: ShellSession,
  acts: () => Promise<void>,
  typedAt: <Result>(taking: () => Promise<Result>) => Promise<Result>,
) => Promise<number>;

/** `gone`: he who opened it hears no more. */
export function serveSession(asked: Session, gone: AbortSignal, parts: SessionParts): void {
  let pty: PseudoTtyInfo | undefined;
  let output: ChannelOutput | undefined;
  asked.on("pty", (accept, _, info) => {
    pty = info;
    accept?.();
  });
  asked.on("window-change", (accept, _, size) => {
    if (pty) output?.resize(size);
    accept?.();
  });
  asked.on("shell", (accept) => {
    const channel = accept();
    if (!channel) return;
    const terminal = shellTerminal(channel, parts.carrier, pty, gone);
    output = terminal.output;
    parts.track(run(channel, terminal, parts, typing(terminal)));
  });
  asked.on("exec", (accept, _, { command }) => {
    const channel = accept();
    if (!channel) return;
    parts.track(run(channel, execTerminal(channel, parts.carrier, pty, gone), parts, obeying(command)));
  });
}

function typing({ interactive }: At): Work {
  return async (session, acts, typedAt) => {
    await acts();
    const good = await typedAt(() => session.run());
    return good || interactive ? 0 : 1;
  };
}

/** Line by line, until one is refused. */
function obeying(command: string): Work {
  return async (session, acts, typedAt) => {
    if (/^scp\s/.test(command)) throw new Sentence('There is no file transfer: use "show running-config".');
    let good = true;
    const lines = async function* () {
      for (const line of command.split(/\r\n|\r|\n/)) {
        yield line;
        if (!good) return;
        // Who sends many does not keep others from having their turn.
        await turn();
      }
    };
    const obeyed = (taken: boolean) => {
      good = taken;
    };
    await typedAt(() => session.runLines(audited(lines(), session, acts), obeyed));
    return good ? 0 : 1;
  };
}

async function run(channel: ServerChannel, terminal: At, parts: SessionParts, work: Work): Promise<void> {
  const { shells, caller, admit, begun, over, fault } = parts;
  begun();
  try {
    admit(caller.identity);
    const status = await shells.open(terminal, caller, (session, acts) =>
      work(session, acts, (taking) => bounded(session, channel, terminal, parts, taking)),
    );
    await end(channel, terminal, status);
  } catch (error) {
    if (error instanceof Sentence) {
      terminal.output.write(`% ${error.message}\r\n`);
      await end(channel, terminal, 1).catch(() => {});
    } else if (!terminal.output.destroyed) {
      fault(error);
      channel.end();
    }
  } finally {
    over();
  }
}

/** Whoever waits for somebody to type does not wait for ever, and what is typed meanwhile is no more than so much. */
async function bounded<Result>(
  session: ShellSession,
  channel: ServerChannel,
  { input }: At,
  { carrier: { socket }, idleMs }: SessionParts,
  taking: () => Promise<Result>,
): Promise<Result> {
  const stop = whenIdle(input, idleMs, () => session.idle());
  // The library opens a window for what is typed ahead, and takes what is sent beyond it.
  const check = () => void (channel.readableLength > TYPED_AHEAD_MAX && socket.destroy());
  socket.on("data", check);
  try {
    return await taking();
  } finally {
    socket.off("data", check);
    stop();
  }
}

/** When the other end has taken what was written. */
async function end(channel: ServerChannel, { output }: At, status: number): Promise<void> {
  await finished(output.end());
  channel.exit(status);
  channel.end();
  // What is typed now is nobody's, and would keep the channel from closing.
  channel.resume();
}
