// What a sampled frame carries by UDP: Ethernet, VLAN tags, IPv4 or IPv6. Of other framings, fragments and what is cut there is
// nothing to read.

/** 802.1Q, 802.1ad and QinQ before it, as the fast path knows them (dataplane/core/framing.h). */
const TAG_TYPES: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100, 0x9200]);
const TAG_BYTES = 4;
const TAGS_MAX = 8;

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const ETHERTYPE_AT = 12;

const IPV4_BYTES_MIN = 20;
const IPV6_BYTES = 40;
const UDP = 17;
const UDP_BYTES = 8;

export interface Datagram {
  /** 4 or 16 bytes. */
  readonly source: Buffer;
  readonly sourcePort: number;
  readonly payload: Buffer;
}

interface IpPayload {
  readonly source: Buffer;
  readonly udp: Buffer;
}

/** Undefined: there is none, or not all of it. */
export function readDatagram(frame: Buffer): Datagram | undefined {
  const typeAt = etherTypeAt(frame);
  if (frame.length < typeAt + 2) return undefined;
  const packet = frame.subarray(typeAt + 2);
  const type = frame.readUInt16BE(typeAt);
  const ip = type === IPV4 ? readIpv4(packet) : type === IPV6 ? readIpv6(packet) : undefined;
  if (!ip || ip.udp.length < UDP_BYTES) return undefined;
  const length = ip.udp.readUInt16BE(4);
  if (length < UDP_BYTES || length > ip.udp.length) return undefined;
  return { source: ip.source, sourcePort: ip.udp.readUInt16BE(0), payload: ip.udp.subarray(UDP_BYTES, length) };
}

/** Behind the tags, of which there are not too many. */
function etherTypeAt(frame: Buffer): number {
  const last = ETHERTYPE_AT + TAGS_MAX * TAG_BYTES;
  let at = ETHERTYPE_AT;
  while (at < last && frame.length >= at + 2 && TAG_TYPES.has(frame.readUInt16BE(at))) at += TAG_BYTES;
  return at;
}

function readIpv4(packet: Buffer): IpPayload | undefined {
  if (packet.length < IPV4_BYTES_MIN || packet.readUInt8(0) >> 4 !== 4) return undefined;
  const headerBytes = (packet.readUInt8(0) & 0xf) * 4;
  const length = packet.readUInt16BE(2);
  const isFragment = (packet.readUInt16BE(6) & 0x3fff) !== 0;
  if (isFragment || packet.readUInt8(9) !== UDP) return undefined;
  if (headerBytes < IPV4_BYTES_MIN || length < headerBytes || length > packet.length) return undefined;
  return { source: packet.subarray(12, 16), udp: packet.subarray(headerBytes, length) };
}

/** Servers and relays put no extension header before UDP. */
function readIpv6(packet: Buffer): IpPayload | undefined {
  if (packet.length < IPV6_BYTES || packet.readUInt8(0) >> 4 !== 6 || packet.readUInt8(6) !== UDP) return undefined;
  const length = packet.readUInt16BE(4);
  if (length > packet.length - IPV6_BYTES) return undefined;
  return { source: packet.subarray(8, 24), udp: packet.subarray(IPV6_BYTES, IPV6_BYTES + length) };
}
