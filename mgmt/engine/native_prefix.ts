// Prefixes in the fast path's one address form, where IPv4 is ::ffff:a.b.c.d (dataplane/core/address.h).

import { type Prefix, parsePrefix } from "../../cli/grammar/prefix.ts";

const MAPPED_BITS = 96;
const MAPPED = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0]);

export interface NativePrefix {
  /** 16, in network order. */
  readonly bytes: Uint8Array;
  /** In bits: 0 to 128. */
  readonly length: number;
}

/** A prefix's length in the fast path's form. */
export function nativeLength(family: 4 | 6, length: number): number {
  return family === 4 ? MAPPED_BITS + length : length;
}

/** An address's 16 bytes in the fast path's form. */
export function nativeBytes(family: 4 | 6, bytes: Uint8Array): Uint8Array {
  if (family === 6) return bytes;
  const mapped = MAPPED.slice();
  mapped.set(bytes, 12);
  return mapped;
}

/** What the fast path reads for a prefix. A short IPv6 prefix is cut up around the IPv4 addresses, which are not in it. */
export function nativePrefixes(prefix: Prefix): NativePrefix[] {
  const { family, bytes, length } = parsePrefix(prefix);
  if (family === 4) return [{ bytes: nativeBytes(family, bytes), length: nativeLength(family, length) }];
  if (length > MAPPED_BITS || !equal(bytes, firstBits(MAPPED, length))) return [{ bytes, length }];
  return Array.from({ length: MAPPED_BITS - length }, (_, n) => siblingOfMapped(length + n));
}

/** The prefix that parts from the IPv4-mapped one at bit `bit`. */
function siblingOfMapped(bit: number): NativePrefix {
  const bytes = firstBits(MAPPED, bit + 1);
  const index = bit >> 3;
  bytes[index] = (bytes[index] ?? 0) ^ (0x80 >> (bit & 7));
  return { bytes, length: bit + 1 };
}

function firstBits(bytes: Uint8Array, length: number): Uint8Array {
  return bytes.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, length - 8 * index))));
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, index) => byte === b[index]);
}
