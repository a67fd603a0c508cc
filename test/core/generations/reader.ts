// A second reader of frames: untagged Ethernet, IP without options or fragments, TCP and UDP. Others are no packet to it.
import ipaddr from "ipaddr.js";

export interface Packet {
  readonly protocol: "tcp" | "udp";
  readonly source: string;
  readonly sourcePort: number;
  readonly target: string;
  readonly targetPort: number;
  readonly syn: boolean;
  readonly ack: boolean;
  readonly rst: boolean;
  readonly sequence: number;
  readonly acknowledgement: number;
}

const protocols: Readonly<Record<number, Packet["protocol"]>> = { 6: "tcp", 17: "udp" };

const text = (bytes: Buffer) => ipaddr.fromByteArray([...bytes]).toString();

export function readPacket(bytes: Uint8Array): Packet | null {
  const ip = Buffer.from(bytes).subarray(14);
  const type = Buffer.from(bytes).readUInt16BE(12);
  if (type === 0x0800)
    return readTransport(ip[9] ?? 0, text(ip.subarray(12, 16)), text(ip.subarray(16, 20)), ip.subarray(20));
  if (type === 0x86dd)
    return readTransport(ip[6] ?? 0, text(ip.subarray(8, 24)), text(ip.subarray(24, 40)), ip.subarray(40));
  return null;
}

function readTransport(number: number, source: string, target: string, bytes: Buffer): Packet | null {
  const protocol = protocols[number];
  if (protocol === undefined) return null;
  const ports = { sourcePort: bytes.readUInt16BE(0), targetPort: bytes.readUInt16BE(2) };
  const flags = protocol === "tcp" ? (bytes[13] ?? 0) : 0;
  return {
    ...{ protocol, source, target, ...ports },
    syn: (flags & 0x02) !== 0,
    ack: (flags & 0x10) !== 0,
    rst: (flags & 0x04) !== 0,
    sequence: protocol === "tcp" ? bytes.readUInt32BE(4) : 0,
    acknowledgement: protocol === "tcp" ? bytes.readUInt32BE(8) : 0,
  };
}
