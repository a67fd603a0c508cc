// The terminal of `postern console`, as a session sees it through the socket.

import { once } from "node:events";
import type { Socket } from "node:net";
import { PassThrough, Writable } from "node:stream";
import type { Terminal } from "../../cli/shell/terminal.ts";
import type { FromConsole, Hello, ToConsole } from "./protocol.ts";

export class ConsoleTerminal implements Terminal {
  readonly input = new PassThrough();
  readonly output: ConsoleOutput;
  readonly interactive: boolean;
  readonly plain: boolean;

  constructor(socket: Socket, { term, columns, rows, interactive }: Hello) {
    this.output = new ConsoleOutput(socket, columns, rows);
    this.interactive = interactive;
    this.plain = !interactive || ["", "dumb"].includes(term);
  }

  /** Rejects when `gone` is aborted before there is room for it. */
  async take(message: Exclude<FromConsole, { hello: Hello }>, gone: AbortSignal): Promise<void> {
    if ("size" in message) this.output.resize(...message.size);
    else if (!this.input.write(message.in)) await once(this.input, "drain", { signal: gone });
  }
}

class ConsoleOutput extends Writable {
  readonly #socket: Socket;
  columns: number;
  rows: number;

  constructor(socket: Socket, columns: number, rows: number) {
    super({ decodeStrings: false });
    this.#socket = socket;
    this.columns = columns;
    this.rows = rows;
    socket.once("close", () => this.destroy());
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.emit("resize");
  }

  override _write(text: string, _: BufferEncoding, done: () => void): void {
    const message: ToConsole = { out: text };
    this.#socket.write(`${JSON.stringify(message)}\n`, () => done());
  }
}
