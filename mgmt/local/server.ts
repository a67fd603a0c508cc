// The daemon's local socket. Who may connect may ask everything: the socket's directory and mode are the permission.

import { once } from "node:events";
import { access, chmod, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { reasonOf, Sentence } from "../sentence.ts";
import { BadLine, linesOf } from "./lines.ts";
import { REQUEST_CHARACTERS_MAX, type Request, type Response, requestSchema } from "./protocol.ts";

const CONNECTIONS_MAX = 32;

/** A client that neither asks nor is answered for this long is let go. */
const IDLE_MS = 20_000;

/** The lines that answer a request; throws a Sentence when it cannot. `gone`: he who asked hears no more. */
export type Answerer = (request: Request, gone: AbortSignal) => AsyncIterable<Response>;

export class LocalServer {
  readonly #path: string;
  readonly #answer: Answerer;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(path: string, answer: Answerer) {
    this.#path = path;
    this.#answer = answer;
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
    const server = createServer({ allowHalfOpen: true }, (socket) => void this.#serve(socket));
    server.maxConnections = CONNECTIONS_MAX;
    server.listen(this.#path);
    await once(server, "listening");
    return server;
  }

  async #serve(socket: Socket): Promise<void> {
    const gone = new AbortController();
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      gone.abort();
    });
    // An error is followed by the close, and may come when nobody reads any more.
    socket.on("error", () => {});
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.setEncoding("utf8");
    try {
      const chunks = socket.iterator({ destroyOnReturn: false });
      for await (const line of linesOf(chunks, REQUEST_CHARACTERS_MAX)) {
        for await (const response of this.#respond(line, gone.signal)) await send(socket, response);
      }
    } catch (error) {
      if (error instanceof BadLine) await send(socket, { error: error.message });
      else if (!isDisconnection(error)) throw error;
    }
    socket.destroySoon();
  }

  async *#respond(line: string, gone: AbortSignal): AsyncGenerator<Response> {
    const request = requestOf(line);
    if (!request) {
      yield { error: "A request is one of the JSON objects that mgmt/local/protocol.ts describes." };
      return;
    }
    try {
      yield* this.#answer(request, gone);
    } catch (error) {
      if (!(error instanceof Sentence)) throw error;
      yield { error: error.message };
    }
  }
}

function requestOf(line: string): Request | undefined {
  try {
    return requestSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** Returns when the client has taken it, or has gone. */
function send(socket: Socket, response: Response): Promise<void> {
  return new Promise((resolve) => socket.write(`${JSON.stringify(response)}\n`, () => resolve()));
}

function isDisconnection(error: unknown): boolean {
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
