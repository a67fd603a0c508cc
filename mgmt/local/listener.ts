// A socket of the daemon's for programs on this machine: its directory and mode say who may connect.

import { once } from "node:events";
import { access, chmod, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { reasonOf, Sentence } from "../sentence.ts";
import { credentialsOf } from "./peer.ts";
import { Places } from "./places.ts";

/** In this time one who was refused closes his end, or it is closed for him. */
const REFUSED_MS = 5000;

export interface ListenerParts {
  readonly path: string;
  readonly connectionsMax: number;
  /** Serves one connection until it is over. `gone`: he who connected hears no more. */
  serve(socket: Socket, gone: AbortSignal): Promise<void>;
  /** Tells one who connected that there is no place for him. */
  refuse(socket: Socket, reason: Sentence): Promise<void>;
}

export class Listener {
  readonly #parts: ListenerParts;
  readonly #path: string;
  readonly #places: Places;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(parts: ListenerParts) {
    this.#parts = parts;
    this.#path = parts.path;
    this.#places = new Places(parts.connectionsMax);
  }

  /** Rejects with a Sentence. */
  async start(): Promise<void> {
    if (await answers(this.#path)) {
      throw new Sentence(`Another daemon answers at ${this.#path}: stop it, or give this one a --run-dir of its own.`);
    }
    try {
      // Node tells of a missing directory as of a missing permission.
      await access(dirname(this.#path));
      await rm(this.#path, { force: true });
      this.#server = await this.#listen();
      await chmod(this.#path, 0o660);
    } catch (error) {
      throw new Sentence(`Cannot answer at ${this.#path}: ${reasonOf(error)}.`);
    }
  }

  /** Lets everybody go and removes the socket. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(server, "close");
  }

  async #listen(): Promise<Server> {
    // Half open: one who asks and closes his end still gets his answer.
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    server.listen(this.#path);
    await once(server, "listening");
    return server;
  }

  #accept(socket: Socket): void {
    const gone = new AbortController();
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      gone.abort();
    });
    // An error is followed by the close, and may come when nobody reads any more.
    socket.on("error", () => {});
    socket.setEncoding("utf8");
    void this.#admit(socket, gone.signal);
  }

  async #admit(socket: Socket, gone: AbortSignal): Promise<void> {
    try {
      const { uid } = credentialsOf(socket);
      this.#places.take(uid);
      socket.once("close", () => this.#places.leave(uid));
    } catch (error) {
      if (error instanceof Sentence) await this.#refuse(socket, error);
      else if (isDisconnection(error)) socket.destroy();
      else throw error;
      return;
    }
    await this.#parts.serve(socket, gone);
  }

  async #refuse(socket: Socket, reason: Sentence): Promise<void> {
    const { connectionsMax, refuse } = this.#parts;
    // Those that are told so are not many either.
    if (this.#sockets.size > 2 * connectionsMax) {
      socket.destroy();
      return;
    }
    socket.setTimeout(REFUSED_MS, () => socket.destroy());
    // Were it not read what he sends, the kernel would throw away what he is told.
    socket.resume();
    await refuse(socket, reason);
    socket.end();
  }
}

/** Writes an object as a line of JSON. Returns when the other has taken it, or has gone. */
export function send(socket: Socket, message: object): Promise<void> {
  return new Promise((resolve) => socket.write(`${JSON.stringify(message)}\n`, () => resolve()));
}

/** What a connection rejects with when the other end is gone. */
export function isDisconnection(error: unknown): boolean {
  return error instanceof Error && "code" in error;
}

/** Whether somebody listens: a socket may outlive its process. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
