// What lies around an IP packet on a link: everything behind the frame's two addresses.
import { type Bytes, u16 } from "../../frames/bytes.ts";
import { etherTypes, label, pppoe, pppProtocols, tag } from "../../frames/ethernet.ts";
import type { Side } from "./conversation.ts";

/** `from`: the side that sends the packet. */
export type Encapsulation = (packet: Bytes, from: Side) => number[];

const isIpv4 = (packet: Bytes) => (packet[0] ?? 0) >> 4 === 4;

export const untagged: Encapsulation = (packet) => [
  ...u16(isIpv4(packet) ? etherTypes.ipv4 : etherTypes.ipv6),
  ...packet,
];

/** Its type and VLAN id, which may differ by side. */
export type Tag = readonly [type: number, vlan: number | Readonly<Record<Side, number>>];

/** Tags, outermost first, before what another encapsulation makes. */
export const tagged =
  (tags: readonly Tag[], inner: Encapsulation = untagged): Encapsulation =>
  (packet, from) => [
    ...tags.flatMap(([type, vlan]) => tag(type, typeof vlan === "number" ? vlan : vlan[from])),
    ...inner(packet, from),
  ];

export const inPppoe =
  (session: number): Encapsulation =>
  (packet) => [...pppoe(session, isIpv4(packet) ? pppProtocols.ipv4 : pppProtocols.ipv6, packet.length), ...packet];

/** Labels, outermost first, of what each side sends. */
export const inMpls =
  (labels: Readonly<Record<Side, readonly number[]>>, type: number = etherTypes.mpls): Encapsulation =>
  (packet, from) => [
    ...u16(type),
    ...labels[from].flatMap((value, n) => label(value, { last: n === labels[from].length - 1 })),
    ...packet,
  ];

export const bothWays = (...labels: readonly number[]): Record<Side, readonly number[]> => ({
  subscriber: labels,
  network: labels,
});

/** A whole frame in MPLS (RFC 4448), with or without its control word. */
export const inPseudowire =
  (mplsLabel: number, controlWord: boolean): Encapsulation =>
  (packet, from) => {
    const frame = [...Array(5).fill(2), 1, ...Array(5).fill(2), 2, ...untagged(packet, from)];
    return inMpls(bothWays(mplsLabel))([...(controlWord ? [0, 0, 0, 0] : []), ...frame], from);
  };

/** Ethernet's least length, 60 bytes with both addresses. */
export const padded =
  (inner: Encapsulation = untagged): Encapsulation =>
  (packet, from) => {
    const rest = inner(packet, from);
    return [...rest, ...Array(Math.max(0, 48 - rest.length)).fill(0)];
  };
