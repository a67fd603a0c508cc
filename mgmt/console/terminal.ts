// The terminal of `postern console`, as a session sees it through the socket.

import { once } from "node:events";
import type { Socket } from "node:net";
import { PassThrough, Writable } from "node:stream";
import type { Terminal } from "../../cli/shell/terminal.ts";
import type { Hello, ToConsole, Typed } from "./protocol.ts";

export class ConsoleTerminal implements Terminal {
  readonly input = new PassThrough();
  readonly output: ConsoleOutput;
  readonly interactive: boolean;
  readonly plain: boolean;
  readonly #lines: boolean;

  constructor(socket: Socket, { term, columns, rows, interactive, lines }: Hello) {
    this.#lines = lines === true;
    this.output = new ConsoleOutput(socket, columns, rows);
    this.interactive = interactive;
    this.plain = !interactive || ["", "dumb"].includes(term);
  }

  /** Rejects when `gone` is aborted before there is room for it. */
  async take(message: Typed, gone: AbortSignal): Promise<void> {
    if ("size" in message) this.output.resize(...message.size);
    else if (!this.input.write(message.in)) await once(this.input, "drain", { signal: gone });
  }

  asks(what: "text" | "secret"): void {
    if (this.#lines) this.output.tell({ asks: what });
  }
}

class ConsoleOutput extends Writable {
  readonly #socket: Socket;
  columns: number;
  rows: number;

  constructor(socket: Socket, columns: number, rows: number) {
    super({ objectMode: true });
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

  /** Behind what was written before. */
  tell(message: ToConsole): void {
    this.write(message);
  }

  override _write(piece: string | ToConsole, _: BufferEncoding, done: () => void): void {
    const message: ToConsole = typeof piece === "string" ? { out: piece } : piece;
    this.#socket.write(`${JSON.stringify(message)}\n`, () => done());
  }
}
