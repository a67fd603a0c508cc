// Ethernet frames made by hand, for what no client of this machine would send.
import { join } from "node:path";
import type { Port } from "../../lab/edge.ts";
import { macBytes, u16 } from "../frames/bytes.ts";
import { etherTypes } from "../frames/ethernet.ts";
import { type Ends, ipv4Packet, protocols, tcpDatagram, tcpFlags } from "../frames/ip.ts";
import type { Station } from "../frames/odd.ts";
import { Dialogue } from "./dialogue.ts";

/** Sends one frame as it is; resolves with "sent", or the kernel's errno name if it refused. */
export type SendFrame = (frame: Buffer) => Promise<string>;

/** Opens a port's interface for frames made by hand. */
export async function openFrames({ namespace, device }: Port): Promise<SendFrame> {
  const program = join(import.meta.dirname, "frame-sender.py");
  const sender = await Dialogue.start(namespace, ["/usr/bin/python3", program, device]);
  return (frame) => sender.say(frame.toString("hex"));
}

/** A TCP segment that opens a session: SYN, without ACK. */
export interface Opening extends Ends {
  readonly sequence: number;
}

/** The opening as an untagged frame. */
export function openingFrame(from: Station, to: Station, opening: Opening): Buffer {
  const packet = ipv4Packet(tcpDatagram({ ...opening, flags: tcpFlags.syn }));
  return Buffer.from([...macBytes(to.mac), ...macBytes(from.mac), ...u16(etherTypes.ipv4), ...packet]);
}

/** The opening in an untagged IPv4 frame without options, if it is one. */
export function openingIn(frame: Buffer): Opening | undefined {
  const ip = frame.subarray(14);
  const segment = ip.subarray(20);
  const flags = segment[13] ?? 0;
  const { syn, ack } = tcpFlags;
  if (frame.readUInt16BE(12) !== etherTypes.ipv4 || ip[9] !== protocols.tcp || (flags & (syn | ack)) !== syn)
    return undefined;
  return {
    source: ip.subarray(12, 16).join("."),
    target: ip.subarray(16, 20).join("."),
    sourcePort: segment.readUInt16BE(0),
    targetPort: segment.readUInt16BE(2),
    sequence: segment.readUInt32BE(4),
  };
}
