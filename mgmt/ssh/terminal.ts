// The terminal at the other end of a channel, as a session sees it.

import { once } from "node:events";
import type { Socket } from "node:net";
import { Readable, Writable } from "node:stream";
import type { Connection, PseudoTtyInfo, ServerChannel } from "ssh2";
import type { Terminal } from "../../cli/shell/terminal.ts";
import { isRekeying } from "./library.ts";
import { isPersonsTerminal } from "./person.ts";

/** Columns and rows. */
const SIZE_MAX = 1000;

/** What nobody takes for so long, nobody will. */
const STALLED_MS = 5 * 60_000;

export type Size = Pick<PseudoTtyInfo, "cols" | "rows">;

/** What a channel goes over. */
export interface Carrier {
  readonly connection: Connection;
  readonly socket: Socket;
  /** What the client calls itself. */
  readonly software: string;
}

/** Where what is typed goes to. */
export function shellTerminal(
  channel: ServerChannel,
  carrier: Carrier,
  pty: PseudoTtyInfo | undefined,
  gone: AbortSignal,
): Terminal & { readonly output: ChannelOutput } {
  return {
    input: channel,
    output: new ChannelOutput(channel, carrier, gone, pty),
    interactive: pty !== undefined,
    plain: !isPersonsTerminal(pty && (pty.term ?? ""), carrier.software),
  };
}

/** Nothing can be typed at it: questions are not answered. */
export function execTerminal(
  channel: ServerChannel,
  carrier: Carrier,
  gone: AbortSignal,
): Terminal & { readonly output: ChannelOutput } {
  channel.resume();
  return {
    input: Readable.from([]),
    output: new ChannelOutput(channel, carrier, gone),
    ...{ interactive: false, plain: true },
  };
}

export class ChannelOutput extends Writable {
  readonly #channel: ServerChannel;
  readonly #carrier: Carrier;
  readonly #gone: AbortSignal;
  columns = 0;
  rows = 0;

  constructor(channel: ServerChannel, carrier: Carrier, gone: AbortSignal, size: Size = { cols: 0, rows: 0 }) {
    super({ decodeStrings: false });
    this.#channel = channel;
    this.#carrier = carrier;
    this.#gone = gone;
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
    const stalled = setTimeout(() => this.#carrier.socket.destroy(), STALLED_MS);
    this.#send(text)
      .then(done, () => this.destroy())
      .finally(() => clearTimeout(stalled));
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
