// What lies between Ethernet's addresses and an IP packet.
import { u16 } from "./bytes.ts";

/** What a frame is (IEEE 802, IANA). */
export const etherTypes = {
  ipv4: 0x0800,
  arp: 0x0806,
  customerTag: 0x8100,
  ipv6: 0x86dd,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  pppoeDiscovery: 0x8863,
  pppoeSession: 0x8864,
  serviceTag: 0x88a8,
  /** Of QinQ before 802.1ad, by vendors. */
  oldServiceTag: 0x9100,
  otherOldServiceTag: 0x9200,
  /** For local experiments. */
  experimental: 0x88b5,
} as const;

/** A VLAN tag: its type, and its control information. */
export const tag = (type: number, vlan: number, { priority = 0, dei = 0 } = {}): number[] => [
  ...u16(type),
  ...u16((priority << 13) | (dei << 12) | vlan),
];

/** An entry of an MPLS label stack (RFC 3032). */
export const label = (value: number, { last }: { readonly last: boolean }): number[] => [
  ...u16(value >>> 4),
  ((value & 15) << 4) | (last ? 1 : 0),
  64,
];

/** PPPoE's type and header, and PPP's protocol field (RFC 2516), before an IP packet of `length` bytes. */
export const pppoe = (session: number, pppProtocol: number, length: number): number[] => [
  ...[...u16(etherTypes.pppoeSession), 0x11, 0, ...u16(session), ...u16(2 + length), ...u16(pppProtocol)],
];

export const pppProtocols = { ipv4: 0x0021, ipv6: 0x0057 } as const;
