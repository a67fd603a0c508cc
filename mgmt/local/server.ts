// Answers the questions of programs on this machine.

import type { Socket } from "node:net";
import { Sentence } from "../sentence.ts";
import { BadLine, linesOf } from "./lines.ts";
import { isDisconnection, Listener, send } from "./listener.ts";
import { REQUEST_CHARACTERS_MAX, type Request, type Response, requestSchema } from "./protocol.ts";

const CONNECTIONS_MAX = 32;

/** A client that neither asks nor is answered for this long is let go. */
const IDLE_MS = 20_000;

export interface Asker {
  readonly socket: Socket;
  /** Aborted when he hears no more. */
  readonly gone: AbortSignal;
}

/** The lines that answer a request; throws a Sentence when it cannot. */
export type Answerer = (request: Request, asker: Asker) => AsyncIterable<Response>;

export class LocalServer {
  readonly #answer: Answerer;
  readonly #listener: Listener;

  constructor(path: string, answer: Answerer) {
    this.#answer = answer;
    this.#listener = new Listener({
      path,
      connectionsMax: CONNECTIONS_MAX,
      serve: (socket, gone) => this.#serve(socket, gone),
      refuse: (socket, { message: error }) => send(socket, { error }),
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
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    try {
      const chunks = socket.iterator({ destroyOnReturn: false });
      for await (const line of linesOf(chunks, REQUEST_CHARACTERS_MAX)) {
        for await (const response of this.#respond(line, { socket, gone })) await send(socket, response);
      }
    } catch (error) {
      if (error instanceof BadLine) await send(socket, { error: error.message });
      else if (!isDisconnection(error)) throw error;
    }
    socket.destroySoon();
  }

  async *#respond(line: string, asker: Asker): AsyncGenerator<Response> {
    const request = requestOf(line);
    if (!request) {
      yield { error: "A request is one of the JSON objects that mgmt/local/protocol.ts describes." };
      return;
    }
    try {
      yield* this.#answer(request, asker);
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
