// Mappings: what of the network is a name's. As bytes, which are kept and sent to the fast path, and as text.

import { printAddress, readAddress } from "../../cli/grammar/address.ts";
import type { Reading } from "../../cli/grammar/argument-types.ts";
import { parsePrefix, readRange } from "../../cli/grammar/prefix.ts";
import { nativeBytes, nativeLength } from "../engine/native_prefix.ts";

/**
 * 21 bytes. 16 of address in network order, IPv4 as ::ffff:a.b.c.d; one of prefix length in that form, 0: any address; 4 of VLAN
 * tags, outer << 12 | inner, little-endian.
 */
export type MappingKey = Uint8Array;

const KEY_BYTES = 21;
const LENGTH_AT = 16;
const TAGS_AT = 17;

/** Tags of a mapping that means an address in whatever VLAN. */
export const TAGS_ANY = 0xffff_ffff;

/** Inner tag of a mapping that means an outer one, whatever is inside: as a VLAN id it is reserved. */
const INNER_ANY = 0xfff;
const VLAN_ID_MAX = 4094;

const IPV4 = { bytes: nativeBytes(4, new Uint8Array(4)), length: 96 } as const;
/** Names have their own addresses in it (name-address.ts): it is for discarding only (RFC 6666), so no packet may have one. */
const NAMES = { bytes: Uint8Array.of(1, ...new Uint8Array(15)), length: 64 } as const;

const LENGTHS = { 4: { min: 1, max: 32 }, 6: { min: 32, max: 128 } } as const;

/** A prefix by its network's address, 4 or 16 bytes, and its length in bits of those. */
export interface NetworkPrefix {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** Of addresses, in whatever VLAN or within tags (`vlanTags`). Undefined: there cannot be such a mapping. */
export function addressMapping({ bytes, length }: NetworkPrefix, tags = TAGS_ANY): MappingKey | undefined {
  return refusalOf({ bytes, length }) === undefined ? keyOf({ bytes, length }, tags) : undefined;
}

/** Tags as a mapping has them; without an inner one the packet has one tag. */
export function vlanTags(outer: number, inner = 0): number {
  return (outer << 12) | inner;
}

/**
 * Reads `10.1.2.3`, `10.1.2.0/24`, `10.1.2.3-10.1.2.9`, which are several, `2001:db8:30::/56`, each with `@100` or `@100.7` for
 * within tags; `VLAN 100`, `VLAN 100.7`.
 */
export function readMappings(text: string): Reading<readonly MappingKey[]> {
  const [, outer, inner] = /^VLAN +(\d{1,4})(?:\.(\d{1,4}))?$/i.exec(text) ?? [];
  if (outer !== undefined) {
    const tags = tagsOf(outer, inner ?? `${INNER_ANY}`);
    return tags === undefined ? noVlan : { value: [keyOf({ bytes: new Uint8Array(16), length: 0 }, tags)] };
  }
  const [, where = "", , outside, inside] = /^([^@]+)(@(\d{1,4})(?:\.(\d{1,4}))?)?$/.exec(text) ?? [];
  const tags = outside === undefined ? TAGS_ANY : tagsOf(outside, inside ?? "0");
  if (tags === undefined) return noVlan;
  const prefixes = readPrefixes(where);
  if (!prefixes || "refusal" in prefixes) return prefixes;
  const refusal = prefixes.value.map(refusalOf).find((each) => each !== undefined);
  return refusal === undefined ? { value: prefixes.value.map((each) => keyOf(each, tags)) } : { refusal };
}

/** Reads what `mappingText` prints. */
export function parseMapping(text: string): MappingKey | undefined {
  const reading = readMappings(text);
  const [key, ...others] = reading && "value" in reading ? reading.value : [];
  return others.length === 0 ? key : undefined;
}

/** The one text of a mapping. */
export function mappingText(key: MappingKey): string {
  const length = key[LENGTH_AT] ?? 0;
  const tags = new DataView(key.buffer, key.byteOffset).getUint32(TAGS_AT, true);
  if (length === 0) return `VLAN ${tagsText(tags, INNER_ANY)}`;
  const bytes = key.subarray(0, LENGTH_AT);
  const isIPv4 = length >= IPV4.length && isWithin(bytes, IPV4);
  const [address, bits] = isIPv4 ? [bytes.subarray(12), length - IPV4.length] : [bytes, length];
  const prefix = `${printAddress(address)}${bits === 8 * address.length ? "" : `/${bits}`}`;
  return tags === TAGS_ANY ? prefix : `${prefix}@${tagsText(tags, 0)}`;
}

/** The fewest prefixes that are the addresses from the first to the last, of one family and in order. */
export function rangePrefixes(first: Uint8Array, last: Uint8Array): NetworkPrefix[] {
  const bits = 8 * first.length;
  const end = numberOf(last);
  const prefixes: NetworkPrefix[] = [];
  for (let at = numberOf(first); at <= end; ) {
    let free = 0n;
    while (free < bits && (at >> free) % 2n === 0n && at + (2n << free) - 1n <= end) free++;
    prefixes.push({ bytes: bytesOf(at, first.length), length: bits - Number(free) });
    at += 1n << free;
  }
  return prefixes;
}

const noVlan = { refusal: `A VLAN is a number from 1 to ${VLAN_ID_MAX}.` } as const;

function keyOf({ bytes, length }: NetworkPrefix, tags: number): MappingKey {
  const family = bytes.length === 4 ? 4 : 6;
  const key = new Uint8Array(KEY_BYTES);
  key.set(nativeBytes(family, bytes));
  key[LENGTH_AT] = nativeLength(family, length);
  new DataView(key.buffer).setUint32(TAGS_AT, tags, true);
  return key;
}

/** `outer` and `inner` are digits; an inner tag of 0 is none. Undefined: there is no such VLAN. */
function tagsOf(outer: string, inner: string): number | undefined {
  const isVlan = (id: number) => id >= 1 && id <= VLAN_ID_MAX;
  const isInner = (id: number) => isVlan(id) || id === INNER_ANY || id === 0;
  const known = isVlan(Number(outer)) && isInner(Number(inner));
  return known ? vlanTags(Number(outer), Number(inner)) : undefined;
}

function tagsText(tags: number, innerUnsaid: number): string {
  const [outer, inner] = [tags >>> 12, tags & 0xfff];
  return inner === innerUnsaid ? `${outer}` : `${outer}.${inner}`;
}

function readPrefixes(text: string): Reading<readonly NetworkPrefix[]> {
  if (text.includes("-")) return readSpan(text);
  const reading = readRange(text);
  return reading && "value" in reading ? { value: [parsePrefix(reading.value)] } : reading;
}

function readSpan(text: string): Reading<readonly NetworkPrefix[]> {
  const [first, last, ...others] = text.split("-").map(readAddress);
  if (!first || !last || others.length > 0 || first.length !== last.length) return undefined;
  if (Buffer.compare(first, last) <= 0) return { value: rangePrefixes(first, last) };
  return { refusal: "A range begins with its lowest address." };
}

/** Why there cannot be a mapping of the prefix: a sentence. */
function refusalOf({ bytes, length }: NetworkPrefix): string | undefined {
  const { min, max } = LENGTHS[bytes.length === 4 ? 4 : 6];
  if (length < min || length > max) return "A prefix has 1 to 32 bits of IPv4, or 32 to 128 of IPv6.";
  if (bytes.length === 4) return undefined;
  if (isWithin(bytes, IPV4) || isWithin(IPV4.bytes, { bytes, length })) return "IPv4 addresses are written as such.";
  if (length >= NAMES.length && isWithin(bytes, NAMES)) return "No packet may have an address of 100::/64.";
  return undefined;
}

function isWithin(address: Uint8Array, { bytes, length }: NetworkPrefix): boolean {
  return bytes.every((byte, index) => (((address[index] ?? 0) ^ byte) & networkBits(index, length)) === 0);
}

/** Those of an address's byte `index` that say which network it is in. */
function networkBits(index: number, length: number): number {
  return 0xff & (0xff00 >> Math.min(8, Math.max(0, length - 8 * index)));
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function bytesOf(value: bigint, length: number): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * length, "0"), "hex"));
}
