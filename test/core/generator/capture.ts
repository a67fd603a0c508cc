// Conversations in their framings, one after the other or side by side, as the frames of a capture.
import { macBytes } from "../../frames/bytes.ts";
import type { CapturedFrame } from "../../frames/pcap.ts";
import type { Conversation, Side } from "./conversation.ts";
import type { Framing } from "./framings.ts";

/** A conversation that begins `atSeconds` after the capture does. */
export interface Scene {
  readonly name: string;
  readonly atSeconds: number;
  readonly conversation: Conversation;
  readonly framing: Framing;
}

export interface GeneratedFrame extends CapturedFrame {
  /** The scene it is of. */
  readonly scene: string;
}

const macs: Readonly<Record<Side, readonly number[]>> = {
  subscriber: macBytes("02:00:00:00:00:01"),
  network: macBytes("02:00:00:00:00:02"),
};

const start = Date.UTC(2026, 0, 1);

/** Between two frames of a conversation. */
const frameGapNs = 1_000_000n;

export const timeNs = (atSeconds: number): bigint => BigInt(Math.round(start + atSeconds * 1000)) * 1_000_000n;

/** In the order of their times. */
export function framesOf(scenes: readonly Scene[]): GeneratedFrame[] {
  let id = 0;
  const frames = scenes.flatMap(({ name, atSeconds, conversation, framing }) => {
    const packets = conversation.sent.flatMap(({ from, datagram }) => {
      id++;
      return framing.packing(datagram, id).map((packet) => ({ from, packet }));
    });
    return packets.map(({ from, packet }, n) => {
      const to = from === "subscriber" ? "network" : "subscriber";
      const bytes = Uint8Array.from([...macs[to], ...macs[from], ...framing.encapsulation(packet, from)]);
      return { scene: name, bytes, timeNs: timeNs(atSeconds) + BigInt(n) * frameGapNs };
    });
  });
  return frames.sort((a, b) => Number(a.timeNs - b.timeNs));
}
