// The address of a name: 100::/64 and the name's number behind it. Routers discard that block (RFC 6666), so no packet has such an
// address, and the fast path takes none that does for a name (dataplane/core/records.h). It is what a name is known by wherever a
// subscriber is an address: in records, events, overrides, usage.

import { printAddress, readAddress } from "../../cli/grammar/address.ts";

/** Of an address, in bytes; the name's number is in the last four. */
const BYTES = 16;
const NUMBER_AT = 12;

/** `id`: from 1 to 2^32 - 1, given by the store. `100::2a` for 42. */
export function addressOfName(id: number): string {
  const bytes = Buffer.alloc(BYTES);
  bytes[0] = 1;
  bytes.writeUInt32BE(id, NUMBER_AT);
  return printAddress(bytes);
}

/** Undefined: it is no name's address. */
export function nameIdOf(address: string): number | undefined {
  if (!address.startsWith("100::")) return undefined;
  const bytes = Buffer.from(readAddress(address) ?? []);
  if (bytes.length !== BYTES || bytes.subarray(2, NUMBER_AT).some((byte) => byte !== 0)) return undefined;
  return bytes.readUInt32BE(NUMBER_AT) || undefined;
}
