// The host's end of the cable of an emulated network card: QEMU connects its `-netdev stream` to a Unix socket of ours and
// sends each frame behind its length (4 bytes, big-endian). No kernel touches a frame on this way.
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

const lengthBytes = 4;

export class Wire {
  /** Frames that came out of the card, oldest first. */
  readonly received: Buffer[] = [];
  readonly path: string;
  readonly #server: Server = createServer((socket) => this.#plugIn(socket));
  #socket: Socket | undefined;
  #partial: Buffer = Buffer.alloc(0);

  /** @param path of the socket. */
  constructor(path: string) {
    this.path = path;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.path);
    await once(this.#server, "listening");
  }

  close(): void {
    this.#server.close();
    this.#socket?.destroy();
  }

  /** Puts frames on the cable, into the card. */
  send(frames: readonly Buffer[]): void {
    if (!this.#socket) throw new Error(`no network card is at ${this.path}`);
    this.#socket.write(Buffer.concat(frames.flatMap((frame) => [lengthOf(frame), frame])));
  }

  #plugIn(socket: Socket): void {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
    // QEMU ends without a word on its sockets.
    socket.on("error", () => {});
  }

  #take(bytes: Buffer): void {
    let rest: Buffer = Buffer.concat([this.#partial, bytes]);
    while (rest.length >= lengthBytes && rest.length >= lengthBytes + rest.readUInt32BE(0)) {
      const end = lengthBytes + rest.readUInt32BE(0);
      this.received.push(rest.subarray(lengthBytes, end));
      rest = rest.subarray(end);
    }
    this.#partial = rest;
  }
}

function lengthOf(frame: Buffer): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(frame.length);
  return length;
}
