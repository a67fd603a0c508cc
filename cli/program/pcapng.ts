// The blocks of a pcapng file (draft-ietf-opsawg-pcapng), as far as a capture needs them: little-endian, Ethernet, microseconds.

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;

const LINKTYPE_ETHERNET = 1;

/** Bits 0 and 1 of epb_flags: received by the interface. */
const INBOUND = 1;

// Options: their number means what the block says.
const END = 0;
const COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const EPB_FLAGS = 2;
const ISB_IFDROP = 5;

export interface PcapngPacket {
  /** Of the interfaces that were described before, from 0. */
  readonly interface: number;
  /** Unix time in microseconds. */
  readonly atUs: number;
  readonly bytes: Uint8Array;
  /** Bytes that there were on the wire. */
  readonly length: number;
  readonly comment: string;
}

/** The first block of a file. */
export function sectionHeader(application: string): Buffer {
  // Byte-order magic, version 1.0, a section of unknown length.
  const body = Buffer.concat([u32(0x1a2b3c4d), u16(1), u16(0), Buffer.alloc(8, 0xff)]);
  return block(SECTION_HEADER, body, [[SHB_USERAPPL, Buffer.from(application)]]);
}

/** A port, of which up to `snapLength` bytes of each packet are kept. */
export function interfaceDescription(name: string, snapLength: number): Buffer {
  const body = Buffer.concat([u16(LINKTYPE_ETHERNET), u16(0), u32(snapLength)]);
  return block(INTERFACE_DESCRIPTION, body, [[IF_NAME, Buffer.from(name)]]);
}

export function enhancedPacket(packet: PcapngPacket): Buffer {
  const { interface: number, atUs, bytes, length, comment } = packet;
  const head = Buffer.concat([u32(number), timestamp(atUs), u32(bytes.length), u32(length)]);
  return block(ENHANCED_PACKET, Buffer.concat([head, padded(bytes)]), [
    [EPB_FLAGS, u32(INBOUND)],
    [COMMENT, Buffer.from(comment)],
  ]);
}

/** Of the end of a capture: how many packets are missing from it, and what there is to say of that. */
export function interfaceStatistics(number: number, atUs: number, missing: number, comment: string): Buffer {
  const drop = Buffer.alloc(8);
  drop.writeBigUInt64LE(BigInt(missing));
  return block(INTERFACE_STATISTICS, Buffer.concat([u32(number), timestamp(atUs)]), [
    [ISB_IFDROP, drop],
    [COMMENT, Buffer.from(comment)],
  ]);
}

function block(type: number, body: Uint8Array, options: readonly (readonly [code: number, value: Uint8Array])[]) {
  const written = options.flatMap(([code, value]) => [u16(code), u16(value.length), padded(value)]);
  const end = [u16(END), u16(0)];
  const length = 12 + [body, ...written, ...end].reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([u32(type), u32(length), body, ...written, ...end, u32(length)]);
}

/** The upper half first. */
function timestamp(us: number): Buffer {
  return Buffer.concat([u32(Math.floor(us / 2 ** 32)), u32(us % 2 ** 32)]);
}

/** Blocks and options are whole 32-bit words. */
function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
