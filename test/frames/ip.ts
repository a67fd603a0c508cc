// IPv4 and IPv6 packets, TCP segments and UDP datagrams, all checksums right.
import { addressBytes, type Bytes, checksum, u16, u32 } from "./bytes.ts";

/** Numbers of what IP carries: protocols and IPv6's extension headers (IANA). */
export const protocols = {
  hopByHop: 0,
  ipv4: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  authentication: 51,
  destination: 60,
  shim6: 140,
} as const;

export const tcpFlags = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10 } as const;

/** What a host hands to IP. */
export interface Datagram {
  readonly source: string;
  readonly target: string;
  readonly protocol: number;
  readonly payload: Bytes;
}

export interface Ipv4Fields {
  readonly id?: number;
  /** Flags and offset, as the header has them. */
  readonly fragment?: number;
  /** A multiple of 4 bytes. */
  readonly options?: Bytes;
}

/** Flags of IPv4's `fragment` field. */
export const dontFragment = 0x4000;
export const moreFragments = 0x2000;

export const isIpv6 = (address: string): boolean => address.includes(":");

export function ipv4Packet(
  { source, target, protocol, payload }: Datagram,
  { id = 0, fragment = dontFragment, options = [] }: Ipv4Fields = {},
): number[] {
  const words = 5 + options.length / 4;
  const header = (sum: number) => [
    ...[0x40 | words, 0, ...u16(words * 4 + payload.length), ...u16(id), ...u16(fragment)],
    ...[64, protocol, ...u16(sum), ...addressBytes(source), ...addressBytes(target), ...options],
  ];
  return [...header(checksum(header(0))), ...payload];
}

export function ipv6Packet({ source, target, protocol, payload }: Datagram): number[] {
  const addresses = [...addressBytes(source), ...addressBytes(target)];
  return [0x60, 0, 0, 0, ...u16(payload.length), protocol, 64, ...addresses, ...payload];
}

export const ipPacket = (datagram: Datagram): number[] =>
  isIpv6(datagram.source) ? ipv6Packet(datagram) : ipv4Packet(datagram);

/** The addresses and ports of one direction. */
export interface Ends {
  readonly source: string;
  readonly sourcePort: number;
  readonly target: string;
  readonly targetPort: number;
}

export interface Segment extends Ends {
  readonly sequence: number;
  readonly acknowledgement?: number;
  readonly flags: number;
  /** A multiple of 4 bytes. */
  readonly options?: Bytes;
  readonly data?: Bytes;
}

export function tcpDatagram({ acknowledgement = 0, options = [], data = [], ...segment }: Segment): Datagram {
  const offset = (5 + options.length / 4) << 4;
  return withChecksum(segment, protocols.tcp, (sum) => [
    ...[...u16(segment.sourcePort), ...u16(segment.targetPort)],
    ...[...u32(segment.sequence), ...u32(acknowledgement)],
    ...[offset, segment.flags, ...u16(65535), ...u16(sum), ...u16(0), ...options, ...data],
  ]);
}

export function udpDatagram(ends: Ends, data: Bytes): Datagram {
  return withChecksum(ends, protocols.udp, (sum) => [
    ...[...u16(ends.sourcePort), ...u16(ends.targetPort), ...u16(8 + data.length), ...u16(sum), ...data],
  ]);
}

/** Both pseudo-headers (RFC 9293 3.1, RFC 8200 8.1) add up to the same as long as the length has 16 bits. */
function withChecksum(
  { source, target }: Pick<Ends, "source" | "target">,
  protocol: number,
  payload: (sum: number) => number[],
): Datagram {
  const pseudoHeader = [...addressBytes(source), ...addressBytes(target), 0, protocol];
  const bytes = payload(0);
  const sum = checksum([...pseudoHeader, ...u16(bytes.length), ...bytes]);
  return { source, target, protocol, payload: payload(sum) };
}
