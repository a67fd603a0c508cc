// One frame of every kind that an edge carries and the appliance has no opinion on.
import { macBytes, pattern, u16 } from "./bytes.ts";
import { etherTypes, label, pppoe, pppProtocols, tag } from "./ethernet.ts";
import { ipv4Packet } from "./ip.ts";

/** Who sends or gets a frame. */
export interface Station {
  readonly mac: string;
}

export interface NamedFrame {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Where a frame goes. */
const broadcast = "ff:ff:ff:ff:ff:ff";
const bridges = "01:80:c2:00:00:00";
const pauses = "01:80:c2:00:00:01";
const slowProtocols = "01:80:c2:00:00:02";
/** Of CFM's continuity checks at level 5 (IEEE 802.1Q). */
const maintenance = "01:80:c2:00:00:35";
const nearestBridge = "01:80:c2:00:00:0e";
const ciscoSpanningTree = "01:00:0c:cc:cc:cd";
const solicitedNode = "33:33:ff:00:00:99";

const udpToDiscard = (length: number) => [...u16(4000), ...u16(9), ...u16(8 + length), ...u16(0), ...pattern(length)];
const udpPacket = (length: number) =>
  ipv4Packet({ source: "10.30.94.201", target: "198.51.100.99", protocol: 17, payload: udpToDiscard(length) });
const arpQuestion = [0, 1, 8, 0, 6, 4, 0, 1, ...pattern(6), 10, 30, 94, 201, ...pattern(6), 10, 30, 94, 202];
const neighbourSolicitation = [
  ...[0x60, 0, 0, 0, ...u16(24), 58, 255, ...pattern(16), 0xff, 0x02, ...Array(9).fill(0), 1, 0xff, 0, 0, 0x99],
  ...[135, 0, ...u16(0), ...u16(0), ...u16(0), ...pattern(16)],
];
const pppoeIpv4 = [...pppoe(7, pppProtocols.ipv4, udpPacket(10).length), ...udpPacket(10)];
/** Length and LLC header in place of an EtherType (IEEE 802.3). */
const llc = (length: number, ...header: number[]) => [...u16(header.length + length), ...header, ...pattern(length)];

/** What lies behind a frame's two addresses, by name and target; no target: the other port. */
const kinds: readonly (readonly [name: string, rest: readonly number[], target?: string])[] = [
  ["plain", [...u16(etherTypes.ipv4), ...udpPacket(100)]],
  [
    "802.1Q with priority",
    [...tag(etherTypes.customerTag, 94, { priority: 5 }), ...u16(etherTypes.ipv4), ...udpPacket(40)],
  ],
  ["802.1Q with DEI", [...tag(etherTypes.customerTag, 94, { dei: 1 }), ...u16(etherTypes.ipv4), ...udpPacket(41)]],
  [
    "802.1Q with VLAN 0",
    [...tag(etherTypes.customerTag, 0, { priority: 3 }), ...u16(etherTypes.ipv4), ...udpPacket(42)],
  ],
  [
    "802.1Q with VLAN 0 and no priority",
    [...tag(etherTypes.customerTag, 0), ...u16(etherTypes.ipv4), ...udpPacket(43)],
  ],
  [
    "QinQ 88a8/8100",
    [...tag(etherTypes.serviceTag, 30), ...tag(etherTypes.customerTag, 94), ...u16(etherTypes.ipv4), ...udpPacket(44)],
  ],
  [
    "QinQ 8100/8100",
    [...tag(etherTypes.customerTag, 30), ...tag(etherTypes.customerTag, 94), ...u16(etherTypes.ipv4), ...udpPacket(45)],
  ],
  [
    "QinQ 9100/8100",
    [
      ...tag(etherTypes.oldServiceTag, 30),
      ...tag(etherTypes.customerTag, 94),
      ...u16(etherTypes.ipv4),
      ...udpPacket(46),
    ],
  ],
  ["a lone 88a8", [...tag(etherTypes.serviceTag, 30), ...u16(etherTypes.ipv4), ...udpPacket(47)]],
  [
    "three tags",
    [
      ...tag(etherTypes.serviceTag, 30),
      ...tag(etherTypes.customerTag, 31),
      ...tag(etherTypes.customerTag, 94),
      ...u16(etherTypes.ipv4),
      ...udpPacket(48),
    ],
  ],
  ["PPPoE session", pppoeIpv4],
  [
    "PPPoE discovery",
    [...u16(etherTypes.pppoeDiscovery), 0x11, 0x09, ...u16(0), ...u16(4), ...u16(0x0101), ...u16(0)],
    broadcast,
  ],
  ["PPPoE in QinQ", [...tag(etherTypes.serviceTag, 30), ...tag(etherTypes.customerTag, 94), ...pppoeIpv4]],
  ["MPLS, one label", [...u16(etherTypes.mpls), ...label(16, { last: true }), ...udpPacket(50)]],
  [
    "MPLS, two labels",
    [...u16(etherTypes.mpls), ...label(16, { last: false }), ...label(17, { last: true }), ...udpPacket(51)],
  ],
  ["ARP", [...u16(etherTypes.arp), ...arpQuestion], broadcast],
  ["IPv6 neighbour solicitation", [...u16(etherTypes.ipv6), ...neighbourSolicitation], solicitedNode],
  ["LACP", [...u16(0x8809), 1, 1, ...pattern(108)], slowProtocols],
  ["BPDU", llc(35, 0x42, 0x42, 0x03), bridges],
  ["PVST+", llc(42, 0xaa, 0xaa, 0x03, 0, 0, 0x0c, ...u16(0x010b)), ciscoSpanningTree],
  ["LLDP", [...u16(0x88cc), ...pattern(46)], nearestBridge],
  ["CFM", [...u16(0x8902), 5 << 5, 1, 4, 70, ...pattern(70), 0], maintenance],
  ["pause", [...u16(0x8808), ...u16(1), ...u16(0xffff), ...pattern(42)], pauses],
  ["an unknown type", [...u16(etherTypes.experimental), ...pattern(64)]],
  ["MACsec", [...u16(0x88e5), 0x2c, 0, ...pattern(80)]],
  ...[15, 20, 42, 59, 60, 1514].map((length) => [`${length} bytes`, experimentOf(length)] as const),
  ["1518 bytes with a tag", [...tag(etherTypes.customerTag, 94), ...experimentOf(1514)]],
];

/** Makes a whole frame `length` bytes long. */
function experimentOf(length: number): number[] {
  return [...u16(etherTypes.experimental), ...pattern(length - 14)];
}

/** Frames that a kernel sends whatever its MTU of 1500 bytes or more. */
export function oddFrames(from: Station, to: Station): NamedFrame[] {
  return kinds.map(([name, rest, target]) => named(name, target ?? to.mac, from, rest));
}

/** A frame of `length` bytes with two tags. */
export function doubleTagged(from: Station, to: Station, length: number): NamedFrame {
  const rest = [...tag(etherTypes.serviceTag, 30), ...tag(etherTypes.customerTag, 94), ...experimentOf(length - 8)];
  return named(`${length} bytes with two tags`, to.mac, from, rest);
}

function named(name: string, target: string, from: Station, rest: readonly number[]): NamedFrame {
  return { name, bytes: Buffer.from([...macBytes(target), ...macBytes(from.mac), ...rest]) };
}
