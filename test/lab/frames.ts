// Ethernet frames made by hand, for what no client of this machine would send.
import { join } from "node:path";
import type { Port } from "../../lab/edge.ts";
import { Dialogue } from "./dialogue.ts";

export const u16 = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff];
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)];
export const macBytes = (mac: string): Buffer => Buffer.from(mac.replaceAll(":", ""), "hex");
const ipv4Bytes = (address: string): number[] => address.split(".").map(Number);

/** Sends one frame as it is; resolves with "sent", or the kernel's errno name if it refused. */
export type SendFrame = (frame: Buffer) => Promise<string>;

/** Opens a port's interface for frames made by hand. */
export async function openFrames({ namespace, device }: Port): Promise<SendFrame> {
  const program = join(import.meta.dirname, "frame-sender.py");
  const sender = await Dialogue.start(namespace, ["/usr/bin/python3", program, device]);
  return (frame) => sender.say(frame.toString("hex"));
}

/** The Internet checksum (RFC 1071) of an even number of bytes. */
function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** An IPv4 packet without options. */
export function ipv4Packet(source: string, target: string, protocol: number, payload: readonly number[]): number[] {
  const header = (sum: number) => [
    ...[0x45, 0, ...u16(20 + payload.length), ...u16(0), ...u16(0x4000)],
    ...[64, protocol, ...u16(sum), ...ipv4Bytes(source), ...ipv4Bytes(target)],
  ];
  return [...header(checksum(header(0))), ...payload];
}

/** A TCP segment that opens a session: SYN, without ACK. */
export interface Opening {
  readonly source: string;
  readonly target: string;
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly sequence: number;
}

const tcp = 6;
const syn = 0x02;
const ack = 0x10;

function openingSegment({ source, target, sourcePort, targetPort, sequence }: Opening): number[] {
  const segment = (sum: number) => [
    ...[...u16(sourcePort), ...u16(targetPort), ...u32(sequence), ...u32(0)],
    ...[0x50, syn, ...u16(65535), ...u16(sum), ...u16(0)],
  ];
  const pseudoHeader = [...ipv4Bytes(source), ...ipv4Bytes(target), 0, tcp, ...u16(segment(0).length)];
  return segment(checksum([...pseudoHeader, ...segment(0)]));
}

/** The opening as an untagged frame, all checksums right. */
export function openingFrame(from: Port, to: Port, opening: Opening): Buffer {
  const packet = ipv4Packet(opening.source, opening.target, tcp, openingSegment(opening));
  return Buffer.from([...macBytes(to.mac), ...macBytes(from.mac), ...u16(0x0800), ...packet]);
}

/** The opening in an untagged IPv4 frame without options, if it is one. */
export function openingIn(frame: Buffer): Opening | undefined {
  const ip = frame.subarray(14);
  const segment = ip.subarray(20);
  if (frame.readUInt16BE(12) !== 0x0800 || ip[9] !== tcp || ((segment[13] ?? 0) & (syn | ack)) !== syn)
    return undefined;
  return {
    source: ip.subarray(12, 16).join("."),
    target: ip.subarray(16, 20).join("."),
    sourcePort: segment.readUInt16BE(0),
    targetPort: segment.readUInt16BE(2),
    sequence: segment.readUInt32BE(4),
  };
}
