// Address prefixes as text. One form is kept; the SCE's form, an address and a hexadecimal mask, is read and printed too.

import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { printAddress, readAddress } from "./address.ts";
import type { Reading } from "./argument-types.ts";

/** A prefix in its one canonical form, host bits zero: `192.0.2.0/24`, `2001:db8::/48` (RFC 5952). */
export type Prefix = string;

export interface ParsedPrefix {
  readonly family: 4 | 6;
  /** The network's address, 4 or 16 bytes in network order. */
  readonly bytes: Uint8Array;
  /** In bits: 0 to 32, or 0 to 128. */
  readonly length: number;
}

const MAPPED = /^::ffff:[^:]+:[^:]+$/;

/** The parts of a canonical prefix. */
export function parsePrefix(prefix: Prefix): ParsedPrefix {
  const slash = prefix.indexOf("/");
  const bytes = readAddress(prefix.slice(0, slash));
  if (!bytes) throw new Error(`${prefix} is no prefix`);
  return { family: bytes.length === 4 ? 4 : 6, bytes, length: Number(prefix.slice(slash + 1)) };
}

/** Reads `192.0.2.0/24` or `2001:db8::/48`. */
export function readPrefix(word: string): Reading<Prefix> {
  const [, address = "", length] = /^([^/]+)\/(\d{1,3})$/.exec(word) ?? [];
  return length === undefined ? undefined : canonical(address, Number(length));
}

/** Reads a prefix, an address, which is the prefix of all its bits, or the SCE's form, `10.30.94.0:0xffffff00`. */
export function readRange(word: string): Reading<Prefix> {
  const [, address = "", mask] = /^([\d.]+):0x([0-9a-f]{8})$/i.exec(word) ?? [];
  if (mask === undefined) return isIP(word) === 0 ? readPrefix(word) : canonical(word, isIP(word) === 4 ? 32 : 128);
  const length = ipaddr.fromByteArray([...Buffer.from(mask, "hex")]).prefixLengthFromSubnetMask();
  if (length === null) return { refusal: `0x${mask} is no mask: its one bits must come before its zero bits.` };
  return canonical(address, length);
}

/** An IPv4 prefix in the SCE's form; an IPv6 prefix as it is. */
export function printRange(prefix: Prefix): string {
  const { family, length } = parsePrefix(prefix);
  if (family === 6) return prefix;
  const mask = Buffer.from(ipaddr.IPv4.subnetMaskFromPrefixLength(length).toByteArray());
  return prefix.replace(/\/.*/, `:0x${mask.toString("hex")}`);
}

/** Reads `192.0.2.1` or `2001:db8::1`, and gives the one text of that address. */
export function readHost(word: string): Reading<string> {
  const bytes = readAddress(word);
  if (!bytes) return undefined;
  const address = printAddress(bytes);
  return refusalOfMapped(address, bytes) ?? { value: address };
}

/** The network of each length that an address lies in, itself included. */
export function networksAround(address: string): { readonly address: string; readonly length: number }[] {
  const bytes = readAddress(address);
  if (!bytes) throw new Error(`${address} is no address`);
  return Array.from({ length: 8 * bytes.length + 1 }, (_, length) => ({ address: networkOf(bytes, length), length }));
}

function canonical(text: string, length: number): Reading<Prefix> {
  const bytes = readAddress(text);
  if (!bytes || length > 8 * bytes.length) return undefined;
  const address = printAddress(bytes);
  const refusal = refusalOfMapped(address, bytes);
  if (refusal) return refusal;
  if (!hasHostBits(bytes, length)) return { value: `${address}/${length}` };
  return { refusal: `${address}/${length} has host bits set: the network is ${networkOf(bytes, length)}/${length}.` };
}

/** Of that length, the one that an address lies in. */
export function networkOf(bytes: Uint8Array, length: number): string {
  return printAddress(bytes.map((byte, index) => byte & ~hostBits(index, length)));
}

function refusalOfMapped(address: string, bytes: Uint8Array): Reading<never> {
  if (!MAPPED.test(address)) return undefined;
  return { refusal: `Write it as an IPv4 address: ${printAddress(bytes.subarray(12))}.` };
}

/** Whether an address is more than the network of that length. */
export function hasHostBits(bytes: Uint8Array, length: number): boolean {
  return bytes.some((byte, index) => (byte & hostBits(index, length)) !== 0);
}

/** Those of the address's byte `index` that are not in the prefix. */
function hostBits(index: number, length: number): number {
  return 0xff >> Math.min(8, Math.max(0, length - 8 * index));
}
