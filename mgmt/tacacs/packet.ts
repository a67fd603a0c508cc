// A packet of TACACS+ (RFC 8907 4): a header in clear text, and a body that the shared key obfuscates.

import { createHash } from "node:crypto";

export const HEADER_BYTES = 12;

/** Major 12, minor 0: what everything but PAP and CHAP is asked with (RFC 8907 5.4.1). */
export const VERSION = 0xc0;

/** RFC 8907 4.5: the body is in clear text. */
export const UNENCRYPTED = 0x01;

export const packetTypes = { authentication: 1, authorization: 2, accounting: 3 } as const;

export type PacketType = keyof typeof packetTypes;

export interface Header {
  readonly version: number;
  readonly type: number;
  /** From 1; ours are odd. */
  readonly sequence: number;
  readonly flags: number;
  readonly session: number;
  /** Of the body. */
  readonly length: number;
}

/** `bytes`: at least a header's. */
export function readHeader(bytes: Buffer): Header {
  return {
    version: bytes.readUInt8(0),
    type: bytes.readUInt8(1),
    sequence: bytes.readUInt8(2),
    flags: bytes.readUInt8(3),
    session: bytes.readUInt32BE(4),
    length: bytes.readUInt32BE(8),
  };
}

export function packetOf(type: PacketType, session: number, sequence: number, body: Buffer, key: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.set([VERSION, packetTypes[type], sequence, 0]);
  header.writeUInt32BE(session, 4);
  header.writeUInt32BE(body.length, 8);
  return Buffer.concat([header, obfuscated(body, { session, sequence, version: VERSION }, key)]);
}

/** The body XOR a pad of MD5 hashes, each over the header, the key and the hash before it (RFC 8907 4.5): its own inverse. */
export function obfuscated(
  body: Buffer,
  header: Pick<Header, "session" | "version" | "sequence">,
  key: string,
): Buffer {
  const seed = Buffer.alloc(4 + Buffer.byteLength(key) + 2);
  seed.writeUInt32BE(header.session, 0);
  seed.write(key, 4);
  seed.set([header.version, header.sequence], seed.length - 2);
  const result = Buffer.from(body);
  let pad = Buffer.alloc(0);
  for (let at = 0; at < body.length; at += pad.length) {
    pad = createHash("md5").update(seed).update(pad).digest();
    for (let index = 0; index < pad.length && at + index < body.length; index++)
      result[at + index] = (body[at + index] ?? 0) ^ (pad[index] ?? 0);
  }
  return result;
}
