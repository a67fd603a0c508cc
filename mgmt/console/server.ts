// The console: sessions of the command line for people and programs on this machine.

import type { Socket } from "node:net";
import type { Identity } from "../access/identity.ts";
import { whenIdle } from "../access/idle.ts";
import type { Shells } from "../access/shells.ts";
import { BadLine, linesOf } from "../local/lines.ts";
import { isDisconnection, Listener, send } from "../local/listener.ts";
import { Sentence } from "../sentence.ts";
import { converse } from "./conversation.ts";
import { helloSchema, MESSAGE_CHARACTERS_MAX, readMessage, type ToConsole } from "./protocol.ts";
import { ConsoleTerminal } from "./terminal.ts";

const SESSIONS_MAX = 16;

/** How long is waited for those who connected, in milliseconds. */
export interface Patience {
  /** Who sends no hello in this time is let go. */
  readonly hello: number;
  /** A session that waits for somebody to type ends when nobody does for this long. */
  readonly idle: number;
}

const PATIENCE: Patience = { hello: 10_000, idle: 30 * 60_000 };

export interface ConsoleParts {
  readonly path: string;
  /** Who connected. Rejects with a Sentence. */
  identify(socket: Socket): Promise<Identity>;
  readonly shells: Shells;
  /** Told of an error that is nobody's but ours. */
  fault(error: unknown, line: string): void;
}

export class ConsoleServer {
  readonly #parts: ConsoleParts;
  readonly #patience: Patience;
  readonly #listener: Listener;

  constructor(parts: ConsoleParts, patience = PATIENCE) {
    this.#parts = parts;
    this.#patience = patience;
    this.#listener = new Listener({
      path: parts.path,
      connectionsMax: SESSIONS_MAX,
      serve: (socket, gone) => this.#serve(socket, gone),
      refuse,
    });
  }

  /** Rejects with a Sentence. */
  start(): Promise<void> {
    return this.#listener.start();
  }

  stop(): Promise<void> {
    return this.#listener.stop();
  }

  async #serve(socket: Socket, gone: AbortSignal): Promise<void> {
    try {
      const done = await this.#converse(socket, gone);
      await tell(socket, { exit: done ? 0 : 1 });
    } catch (error) {
      if (error instanceof Sentence || error instanceof BadLine) {
        await refuse(socket, error);
      } else if (!isDisconnection(error)) this.#parts.fault(error, "");
    } finally {
      socket.destroySoon();
    }
  }

  /** False: a line was refused, and a program sent it. */
  async #converse(socket: Socket, gone: AbortSignal): Promise<boolean> {
    const letGo = () => socket.destroy();
    socket.setTimeout(this.#patience.hello, letGo);
    const messages = linesOf(socket.iterator({ destroyOnReturn: false }), MESSAGE_CHARACTERS_MAX);
    const { value: first } = await messages.next();
    const { hello } = readMessage(helloSchema, first ?? "");
    const identity = await this.#parts.identify(socket);
    socket.off("timeout", letGo).setTimeout(0);

    const terminal = new ConsoleTerminal(socket, hello);
    const caller = { identity, from: "console", cut: () => void socket.destroy(), end: () => socket.destroySoon() };
    const idleMs = () => this.#patience.idle;
    return await this.#parts.shells.open(terminal, caller, async (session, acts) => {
      const stop = whenIdle(socket, idleMs, () => session.idle());
      try {
        return await converse({ hello, messages, gone, terminal, session, acts });
      } finally {
        stop();
      }
    });
  }
}

async function refuse(socket: Socket, { message }: Error): Promise<void> {
  await tell(socket, { out: `% ${message}\r\n` });
  await tell(socket, { exit: 1 });
}

function tell(socket: Socket, message: ToConsole): Promise<void> {
  return send(socket, message);
}
