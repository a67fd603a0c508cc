// The console: sessions of the command line for people and programs on this machine.

import type { Socket } from "node:net";
import { finished } from "node:stream/promises";
import { z } from "zod";
import { type SessionParts, ShellSession } from "../../cli/shell/session.ts";
import type { Sessions } from "../access/sessions.ts";
import type { Level } from "../level.ts";
import { BadLine, linesOf } from "../local/lines.ts";
import { isDisconnection, Listener, send } from "../local/listener.ts";
import { Sentence } from "../sentence.ts";
import { helloSchema, MESSAGE_CHARACTERS_MAX, type ToConsole, typedSchema } from "./protocol.ts";
import { ConsoleTerminal } from "./terminal.ts";

const SESSIONS_MAX = 16;

/** A session in which nobody types for this long ends. */
const IDLE_MS = 30 * 60_000;

/** Who sends no hello in this time is let go. */
const HELLO_MS = 10_000;

export interface ConsoleParts extends Omit<SessionParts, "actor"> {
  readonly path: string;
  /** Who connected. Rejects with a Sentence. */
  identify(socket: Socket): Promise<{ readonly user: string; readonly level: Level }>;
  readonly sessions: Pick<Sessions, "next" | "opened" | "closed">;
}

export class ConsoleServer {
  readonly #parts: ConsoleParts;
  readonly #listener: Listener;
  #sessions = 0;

  constructor(parts: ConsoleParts) {
    this.#parts = parts;
    // One more than there is room for: he is told so.
    this.#listener = new Listener(parts.path, SESSIONS_MAX + 1, (socket, gone) => this.#serve(socket, gone));
  }

  /** Rejects with a Sentence. */
  start(): Promise<void> {
    return this.#listener.start();
  }

  stop(): Promise<void> {
    return this.#listener.stop();
  }

  async #serve(socket: Socket, gone: AbortSignal): Promise<void> {
    this.#sessions++;
    try {
      const done = await this.#converse(socket, gone);
      await tell(socket, { exit: done ? 0 : 1 });
    } catch (error) {
      if (error instanceof Sentence || error instanceof BadLine) {
        await tell(socket, { out: `% ${error.message}\r\n` });
        await tell(socket, { exit: 1 });
      } else if (!isDisconnection(error)) this.#parts.fault(error, "");
    } finally {
      this.#sessions--;
      socket.destroySoon();
    }
  }

  /** False: the one line that was to be obeyed was refused. */
  async #converse(socket: Socket, gone: AbortSignal): Promise<boolean> {
    socket.setTimeout(HELLO_MS, () => socket.destroy());
    const messages = linesOf(socket.iterator({ destroyOnReturn: false }), MESSAGE_CHARACTERS_MAX);
    const { value: first } = await messages.next();
    const { hello } = read(helloSchema, first ?? "");
    if (this.#sessions > SESSIONS_MAX) throw new Sentence(`${SESSIONS_MAX} sessions are open: end one of them.`);
    const { user, level } = await this.#parts.identify(socket);
    socket.setTimeout(0);

    const terminal = new ConsoleTerminal(socket, hello);
    const actor = { user, level, from: "console", session: this.#parts.sessions.next() };
    const session = new ShellSession(terminal, { ...this.#parts, actor });
    socket.setTimeout(IDLE_MS, () => session.idle());
    let reason: unknown;
    const typing = hello.line === undefined ? feed(terminal, messages, gone) : untilGone(terminal, messages, session);
    void typing.catch((error) => {
      reason = error;
      session.close();
    });
    const done = await this.#attend(session, hello.line);
    terminal.input.destroy();
    await finished(terminal.output.end());
    if (reason) throw reason;
    return done;
  }

  async #attend(session: ShellSession, line: string | undefined): Promise<boolean> {
    const { sessions } = this.#parts;
    await sessions.opened(session);
    try {
      return line === undefined ? await session.run() : await session.runLine(line);
    } finally {
      await sessions.closed(session);
    }
  }
}

/** Until the other end closes its direction of the socket: then nothing more is typed. */
async function feed(terminal: ConsoleTerminal, messages: AsyncIterable<string>, gone: AbortSignal): Promise<void> {
  for await (const message of messages) await terminal.take(read(typedSchema, message), gone);
  terminal.input.end();
}

/** Nothing is typed beside the one line: who closes his direction has gone. */
async function untilGone(terminal: ConsoleTerminal, messages: AsyncIterable<string>, session: ShellSession) {
  terminal.input.end();
  for await (const message of messages) read(z.never(), message);
  session.close();
}

function read<T>(schema: z.ZodType<T>, line: string): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch {
    throw new Sentence("A message is one of the JSON objects that mgmt/console/protocol.ts describes.");
  }
}

function tell(socket: Socket, message: ToConsole): Promise<void> {
  return send(socket, message);
}
