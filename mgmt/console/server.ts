// The console: sessions of the command line for people and programs on this machine.

import type { Socket } from "node:net";
import { type SessionParts, ShellSession } from "../../cli/shell/session.ts";
import type { Sessions } from "../access/sessions.ts";
import type { Level } from "../level.ts";
import { BadLine, linesOf } from "../local/lines.ts";
import { isDisconnection, Listener, send } from "../local/listener.ts";
import { Sentence } from "../sentence.ts";
import { converse } from "./conversation.ts";
import { helloSchema, MESSAGE_CHARACTERS_MAX, readMessage, type ToConsole } from "./protocol.ts";
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
  readonly sessions: Pick<Sessions, "next" | "opened" | "acts" | "closed">;
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

  /** False: a line was refused, and a program sent it. */
  async #converse(socket: Socket, gone: AbortSignal): Promise<boolean> {
    socket.setTimeout(HELLO_MS, () => socket.destroy());
    const messages = linesOf(socket.iterator({ destroyOnReturn: false }), MESSAGE_CHARACTERS_MAX);
    const { value: first } = await messages.next();
    const { hello } = readMessage(helloSchema, first ?? "");
    if (this.#sessions > SESSIONS_MAX) throw new Sentence(`${SESSIONS_MAX} sessions are open: end one of them.`);
    const { user, level } = await this.#parts.identify(socket);
    socket.setTimeout(0);

    const terminal = new ConsoleTerminal(socket, hello);
    const actor = { user, level, from: "console", session: this.#parts.sessions.next() };
    const session = new ShellSession(terminal, { ...this.#parts, actor });
    socket.setTimeout(IDLE_MS, () => session.idle());
    const { sessions } = this.#parts;
    sessions.opened(session);
    try {
      return await converse({ ...{ hello, messages, gone, terminal, session }, acts: () => sessions.acts(session) });
    } finally {
      await sessions.closed(session);
    }
  }
}

function tell(socket: Socket, message: ToConsole): Promise<void> {
  return send(socket, message);
}
