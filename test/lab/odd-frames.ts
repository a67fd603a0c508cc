// One frame of every kind that an edge carries and the appliance has no opinion on.
import type { Port } from "../../lab/edge.ts";
import { ipv4Packet, macBytes, u16 } from "./frames.ts";

export interface NamedFrame {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Where a frame goes. */
const broadcast = "ff:ff:ff:ff:ff:ff";
const bridges = "01:80:c2:00:00:00";
const pauses = "01:80:c2:00:00:01";
const slowProtocols = "01:80:c2:00:00:02";
const nearestBridge = "01:80:c2:00:00:0e";
const ciscoSpanningTree = "01:00:0c:cc:cc:cd";
const solicitedNode = "33:33:ff:00:00:99";

/** What a frame is: EtherTypes. */
const ipv4 = 0x0800;
const arp = 0x0806;
const ipv6 = 0x86dd;
const customerTag = 0x8100;
const serviceTag = 0x88a8;
const oldServiceTag = 0x9100;
const mpls = 0x8847;
const pppoeDiscovery = 0x8863;
const pppoeSession = 0x8864;
/** IEEE 802: for local experiments. */
const experimental = 0x88b5;

const tag = (protocol: number, vlan: number, { priority = 0, dei = 0 } = {}) => [
  ...u16(protocol),
  ...u16((priority << 13) | (dei << 12) | vlan),
];

/** Bytes that differ from their neighbours. */
const pattern = (length: number) => Array.from({ length }, (_, n) => (n * 7 + 1) & 0xff);

const udpToDiscard = (length: number) => [...u16(4000), ...u16(9), ...u16(8 + length), ...u16(0), ...pattern(length)];
const udpPacket = (length: number) => ipv4Packet("10.30.94.201", "198.51.100.99", 17, udpToDiscard(length));
const arpQuestion = [0, 1, 8, 0, 6, 4, 0, 1, ...pattern(6), 10, 30, 94, 201, ...pattern(6), 10, 30, 94, 202];
const neighbourSolicitation = [
  ...[0x60, 0, 0, 0, ...u16(24), 58, 255, ...pattern(16), 0xff, 0x02, ...Array(9).fill(0), 1, 0xff, 0, 0, 0x99],
  ...[135, 0, ...u16(0), ...u16(0), ...u16(0), ...pattern(16)],
];
const pppoeIpv4 = [0x11, 0, ...u16(7), ...u16(2 + 20 + 8 + 10), ...u16(0x0021), ...udpPacket(10)];
const label = (value: number, last: boolean) => [...u16(value >>> 4), ((value & 15) << 4) | (last ? 1 : 0), 64];
/** Length and LLC header in place of an EtherType (IEEE 802.3). */
const llc = (length: number, ...header: number[]) => [...u16(header.length + length), ...header, ...pattern(length)];

/** What lies behind a frame's two addresses, by name and target; no target: the other port. */
const kinds: readonly (readonly [name: string, rest: readonly number[], target?: string])[] = [
  ["plain", [...u16(ipv4), ...udpPacket(100)]],
  ["802.1Q with priority", [...tag(customerTag, 94, { priority: 5 }), ...u16(ipv4), ...udpPacket(40)]],
  ["802.1Q with DEI", [...tag(customerTag, 94, { dei: 1 }), ...u16(ipv4), ...udpPacket(41)]],
  ["802.1Q with VLAN 0", [...tag(customerTag, 0, { priority: 3 }), ...u16(ipv4), ...udpPacket(42)]],
  ["802.1Q with VLAN 0 and no priority", [...tag(customerTag, 0), ...u16(ipv4), ...udpPacket(43)]],
  ["QinQ 88a8/8100", [...tag(serviceTag, 30), ...tag(customerTag, 94), ...u16(ipv4), ...udpPacket(44)]],
  ["QinQ 8100/8100", [...tag(customerTag, 30), ...tag(customerTag, 94), ...u16(ipv4), ...udpPacket(45)]],
  ["QinQ 9100/8100", [...tag(oldServiceTag, 30), ...tag(customerTag, 94), ...u16(ipv4), ...udpPacket(46)]],
  ["a lone 88a8", [...tag(serviceTag, 30), ...u16(ipv4), ...udpPacket(47)]],
  [
    "three tags",
    [...tag(serviceTag, 30), ...tag(customerTag, 31), ...tag(customerTag, 94), ...u16(ipv4), ...udpPacket(48)],
  ],
  ["PPPoE session", [...u16(pppoeSession), ...pppoeIpv4]],
  ["PPPoE discovery", [...u16(pppoeDiscovery), 0x11, 0x09, ...u16(0), ...u16(4), ...u16(0x0101), ...u16(0)], broadcast],
  ["PPPoE in QinQ", [...tag(serviceTag, 30), ...tag(customerTag, 94), ...u16(pppoeSession), ...pppoeIpv4]],
  ["MPLS, one label", [...u16(mpls), ...label(16, true), ...udpPacket(50)]],
  ["MPLS, two labels", [...u16(mpls), ...label(16, false), ...label(17, true), ...udpPacket(51)]],
  ["ARP", [...u16(arp), ...arpQuestion], broadcast],
  ["IPv6 neighbour solicitation", [...u16(ipv6), ...neighbourSolicitation], solicitedNode],
  ["LACP", [...u16(0x8809), 1, 1, ...pattern(108)], slowProtocols],
  ["BPDU", llc(35, 0x42, 0x42, 0x03), bridges],
  ["PVST+", llc(42, 0xaa, 0xaa, 0x03, 0, 0, 0x0c, ...u16(0x010b)), ciscoSpanningTree],
  ["LLDP", [...u16(0x88cc), ...pattern(46)], nearestBridge],
  ["pause", [...u16(0x8808), ...u16(1), ...u16(0xffff), ...pattern(42)], pauses],
  ["an unknown type", [...u16(experimental), ...pattern(64)]],
  ["MACsec", [...u16(0x88e5), 0x2c, 0, ...pattern(80)]],
  ...[15, 20, 42, 59, 60, 1514].map((length) => [`${length} bytes`, experimentOf(length)] as const),
  ["1518 bytes with a tag", [...tag(customerTag, 94), ...experimentOf(1514)]],
];

/** Makes a whole frame `length` bytes long. */
function experimentOf(length: number): number[] {
  return [...u16(experimental), ...pattern(length - 14)];
}

/** Frames that a kernel sends whatever its MTU of 1500 bytes or more. */
export function oddFrames(from: Port, to: Port): NamedFrame[] {
  return kinds.map(([name, rest, target]) => named(name, target ?? to.mac, from, rest));
}

/** A frame of `length` bytes with two tags. */
export function doubleTagged(from: Port, to: Port, length: number): NamedFrame {
  const rest = [...tag(serviceTag, 30), ...tag(customerTag, 94), ...experimentOf(length - 8)];
  return named(`${length} bytes with two tags`, to.mac, from, rest);
}

function named(name: string, target: string, from: Port, rest: readonly number[]): NamedFrame {
  return { name, bytes: Buffer.from([...macBytes(target), ...macBytes(from.mac), ...rest]) };
}
