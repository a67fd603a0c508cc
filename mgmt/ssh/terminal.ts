// The terminal at the other end of a channel, as a session sees it.

import { once } from "node:events";
import type { Socket } from "node:net";
import { Readable, Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import type { Connection, PseudoTtyInfo, ServerChannel } from "ssh2";
import type { Terminal } from "../../cli/shell/terminal.ts";
import { isRekeying } from "./library.ts";

/** What programs call the terminal that they ask for, and terminals that cannot move their cursor. */
const PLAIN_TERMINALS: readonly string[] = ["", "dumb", "vt100", "network", "unknown"];

/** Columns and rows. */
const SIZE_MAX = 1000;

/** Bytes that are typed at once: each is made a key of. A packet has thirty times as many. */
const PIECE = 1024;

/** What nobody takes for so long, nobody will. */
const STALLED_MS = 5 * 60_000;

type Size = Pick<PseudoTtyInfo, "cols" | "rows">;

/** What a channel goes over. */
export interface Carrier {
  readonly connection: Connection;
  readonly socket: Socket;
}

/** Where what is typed goes to. */
export function shellTerminal(
  channel: ServerChannel,
  carrier: Carrier,
  pty: PseudoTtyInfo | undefined,
  gone: AbortSignal,
): Terminal & { readonly output: ChannelOutput } {
  return {
    input: typedAt(channel),
    output: new ChannelOutput(channel, carrier, gone, { size: pty }),
    interactive: pty !== undefined,
    plain: PLAIN_TERMINALS.includes((pty?.term ?? "").toLowerCase()),
  };
}

function typedAt(channel: ServerChannel): Readable {
  return Readable.from(pieces(channel), { objectMode: false, highWaterMark: PIECE });
}

/** What is typed; others have their turn after each piece. */
async function* pieces(channel: ServerChannel): AsyncGenerator<Buffer> {
  for await (const typed of channel.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    for (let at = 0; at < typed.length; at += PIECE) {
      yield typed.subarray(at, at + PIECE);
      await turn();
    }
  }
}

/** Nobody reads page by page; what is typed answers questions. Lines end as the other end's files have it, unless it is a terminal. */
export function execTerminal(
  channel: ServerChannel,
  carrier: Carrier,
  pty: PseudoTtyInfo | undefined,
  gone: AbortSignal,
): Terminal & { readonly output: ChannelOutput } {
  return {
    input: typedAt(channel),
    output: new ChannelOutput(channel, carrier, gone, { newline: pty ? "\r\n" : "\n" }),
    ...{ interactive: false, plain: true },
  };
}

export class ChannelOutput extends Writable {
  readonly #channel: ServerChannel;
  readonly #carrier: Carrier;
  readonly #gone: AbortSignal;
  readonly #newline: "\r\n" | "\n";
  #stalled: NodeJS.Timeout | undefined;
  columns = 0;
  rows = 0;

  constructor(
    channel: ServerChannel,
    carrier: Carrier,
    gone: AbortSignal,
    { size = { cols: 0, rows: 0 }, newline = "\r\n" }: { size?: Size | undefined; newline?: "\r\n" | "\n" } = {},
  ) {
    super({ decodeStrings: false });
    this.#channel = channel;
    this.#carrier = carrier;
    this.#gone = gone;
    this.#newline = newline;
    this.resize(size);
    if (gone.aborted) this.destroy();
    else gone.addEventListener("abort", () => this.destroy(), { once: true });
  }

  /** 0: not known. */
  resize({ cols, rows }: Size): void {
    this.columns = Math.min(cols || 80, SIZE_MAX);
    this.rows = Math.min(rows || 24, SIZE_MAX);
    this.emit("resize");
  }

  override _write(text: string, _: BufferEncoding, done: () => void): void {
    this.#stalled = setTimeout(() => this.#carrier.socket.destroy(), STALLED_MS);
    this.#send(this.#newline === "\n" ? text.replaceAll("\r\n", "\n") : text).then(
      () => {
        // The next text may be written within `done`.
        clearTimeout(this.#stalled);
        done();
      },
      () => this.destroy(),
    );
  }

  /** Of a channel that is closed the library never says what came of the last text. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#stalled);
    done(error);
  }

  /** Until the other end has room for more, by its window and by TCP. The library would keep in memory what TCP does not take. */
  async #send(text: string): Promise<void> {
    const signal = this.#gone;
    const { connection, socket } = this.#carrier;
    if (isRekeying(connection)) await once(connection, "rekey", { signal });
    await new Promise<void>((resolve) => this.#channel.write(text, () => resolve()));
    if (socket.writableNeedDrain) await once(socket, "drain", { signal });
  }
}
