// Frames through the fast path, from one card's cable to the other's.
import { until } from "../../lab/process.ts";
import { macBytes, u16, u32 } from "../frames/bytes.ts";
import { etherTypes } from "../frames/ethernet.ts";
import type { Card } from "./machine.ts";

/** In flight at once: a quarter of a card's ring, so that none is lost for want of room. */
const window = 64;

/** Ethernet's shortest frame, without checksum. */
const shortestFrame = 60;

export class Passage {
  readonly from: Card;
  readonly to: Card;
  #fences = 0;

  constructor(from: Card, to: Card) {
    this.from = from;
    this.to = to;
  }

  /** Returns when frames pass: a card's link may come up late. */
  async open(): Promise<void> {
    const { received } = this.to.wire;
    await until(`frames pass from ${this.from.address} to ${this.to.address}`, async () => {
      this.from.wire.send([this.#nextFence()]);
      return received.length > 0;
    });
    await this.carry([]);
  }

  /** Sends the frames; returns those that came out, in order. Rejects when no more come out at all. */
  async carry(frames: readonly Buffer[]): Promise<Buffer[]> {
    const { received } = this.to.wire;
    received.length = 0;
    const portions = Array.from({ length: Math.ceil(frames.length / window) }, (_, n) =>
      frames.slice(n * window, (n + 1) * window),
    );
    for (const portion of [...portions, []]) {
      // One worker keeps the order: when the frame behind a portion is out, the portion has been decided.
      const fence = this.#nextFence();
      this.from.wire.send([...portion, fence]);
      await until(`the last frame came out of ${this.to.address}`, async () => received.at(-1)?.equals(fence) ?? false);
    }
    return received.splice(0).filter((frame) => !isFence(frame));
  }

  #nextFence(): Buffer {
    const header = [...macBytes(this.to.mac), ...macBytes(this.from.mac), ...u16(etherTypes.experimental)];
    const fence = Buffer.alloc(shortestFrame, "fence");
    fence.set([...header, ...u32(++this.#fences)]);
    return fence;
  }
}

const isFence = (frame: Buffer) => frame.subarray(-10).equals(Buffer.from("fencefence"));

/** A frame as it comes out of a cable into a card of `model`. */
export function asReceived(frame: Buffer, { model }: Pick<Card, "model">): Buffer {
  // QEMU's e1000 gives a short frame the length that a wire would have (hw/net/e1000.c, e1000_receive_iov).
  const padding = model === "e1000" ? Math.max(0, shortestFrame - frame.length) : 0;
  return Buffer.concat([frame, Buffer.alloc(padding)]);
}
