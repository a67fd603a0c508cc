// How hosts, and tunnels between them, put a datagram into IP packets.
import { addressBytes, type Bytes, pattern, u16, u32 } from "./bytes.ts";
import { type Datagram, ipPacket, ipv4Packet, ipv6Packet, isIpv6, moreFragments, protocols } from "./ip.ts";

/** The packets of a datagram, in the order they are sent. `id`: of its fragments, another for each datagram. */
export type Packing = (datagram: Datagram, id: number) => readonly Bytes[];

export const whole: Packing = (datagram) => [ipPacket(datagram)];

/** 40 bytes of options, the most there is: an empty record of the route (RFC 791), and the end. */
export const ipv4Options: Packing = (datagram) => [
  ipv4Packet(datagram, { options: [7, 39, 4, ...Array(36).fill(0), 0] }),
];

/** An IPv6 extension header: its number, and its bytes before one of number `next`. */
export interface ExtensionHeader {
  readonly number: number;
  readonly bytes: (next: number, datagram: Datagram) => Bytes;
}

/** PadN over 4 bytes (RFC 8200 4.2). */
const padding = [1, 4, 0, 0, 0, 0];

const fragmentHeader = (offset: number, more: boolean, id: number): ExtensionHeader => ({
  number: protocols.fragment,
  bytes: (next) => [next, 0, ...u16(offset | (more ? 1 : 0)), ...u32(id)],
});

export const extensionHeaders = {
  hopByHop: { number: protocols.hopByHop, bytes: (next) => [next, 0, ...padding] },
  destination: { number: protocols.destination, bytes: (next) => [next, 0, ...padding] },
  /** A segment routing header (RFC 8754) whose only segment is reached. */
  routing: {
    number: protocols.routing,
    bytes: (next, { target }) => [next, 2, 4, 0, 0, 0, 0, 0, ...addressBytes(target)],
  },
  /** With a check value of 12 bytes (RFC 4302), padded to a multiple of 8 in all. */
  authentication: {
    number: protocols.authentication,
    bytes: (next) => [next, 4, 0, 0, ...u32(0x1001), ...u32(1), ...pattern(12)],
  },
  /** A fragment that is the whole (RFC 6946). */
  atomicFragment: fragmentHeader(0, false, 1),
  /** A payload extension header (RFC 5533 5.2) of context 1. */
  shim6: { number: protocols.shim6, bytes: (next) => [next, 0, 0x80, 0, 0, 0, 0, 1] },
} as const satisfies Record<string, ExtensionHeader>;

/** The datagram with a chain of extension headers before its payload. */
export function behind(datagram: Datagram, chain: readonly ExtensionHeader[]): Datagram {
  return chain.reduceRight<Datagram>(
    ({ protocol, payload, ...ends }, header) => ({
      ...ends,
      protocol: header.number,
      payload: [...header.bytes(protocol, datagram), ...payload],
    }),
    datagram,
  );
}

export const extended =
  (...chain: readonly ExtensionHeader[]): Packing =>
  (datagram) => [ipv6Packet(behind(datagram, chain))];

/** A fragment of a datagram: `length` bytes of its payload from `offset`, a multiple of 8, on. */
export interface Piece {
  readonly offset: number;
  readonly length: number;
}

/** `before`: IPv6 headers that each fragment has of its own. */
export function fragment(
  datagram: Datagram,
  { offset, length }: Piece,
  id: number,
  before: readonly ExtensionHeader[] = [],
): number[] {
  const more = offset + length < datagram.payload.length;
  const piece = { ...datagram, payload: datagram.payload.slice(offset, offset + length) };
  if (isIpv6(datagram.source)) return ipv6Packet(behind(piece, [...before, fragmentHeader(offset, more, id)]));
  return ipv4Packet(piece, { id, fragment: (more ? moreFragments : 0) | (offset / 8) });
}

export interface FragmentsOptions {
  /** Most bytes in a fragment, a multiple of 8; what has no more is sent whole. */
  readonly length: number;
  readonly order?: "in order" | "last first";
  readonly before?: readonly ExtensionHeader[];
}

export const fragments =
  ({ length, order = "in order", before = [] }: FragmentsOptions): Packing =>
  (datagram, id) => {
    const total = datagram.payload.length;
    if (total <= length) return [ipPacket(isIpv6(datagram.source) ? behind(datagram, before) : datagram)];
    const pieces = Array.from({ length: Math.ceil(total / length) }, (_, n) =>
      fragment(datagram, { offset: n * length, length }, id, before),
    );
    return order === "in order" ? pieces : pieces.reverse();
  };

/** The ends of a tunnel: the address behind which each inner end lies. */
export interface Tunnel {
  readonly endOf: (inner: string) => string;
  /** Of the outer packet. */
  readonly protocol: number;
  /** Between the outer and the inner header. */
  readonly header?: (inner: Bytes) => Bytes;
}

export const tunnelled =
  ({ endOf, protocol, header = () => [] }: Tunnel): Packing =>
  (datagram) => {
    const inner = ipPacket(datagram);
    const ends = { source: endOf(datagram.source), target: endOf(datagram.target) };
    return [ipPacket({ ...ends, protocol, payload: [...header(inner), ...inner] })];
  };
