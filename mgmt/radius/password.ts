// How a password is hidden from those who see the packet (RFC 2865 5.2): in blocks of 16 bytes, each covered by the MD5 of the
// secret and the block before.

import { createHash } from "node:crypto";

const BLOCK_BYTES = 16;
export const PASSWORD_BYTES_MAX = 128;

/** The value of User-Password. `password`: at most 128 bytes. `authenticator`: of the Access-Request. */
export function hidden(password: Buffer, secret: string, authenticator: Buffer): Buffer {
  const length = Math.max(1, Math.ceil(password.length / BLOCK_BYTES)) * BLOCK_BYTES;
  const bytes = Buffer.alloc(length);
  password.copy(bytes);
  let before = authenticator;
  for (let at = 0; at < length; at += BLOCK_BYTES) {
    const cover = createHash("md5").update(secret).update(before).digest();
    const block = bytes.subarray(at, at + BLOCK_BYTES);
    for (const [index, byte] of cover.entries()) block.writeUInt8(block.readUInt8(index) ^ byte, index);
    before = block;
  }
  return bytes;
}
