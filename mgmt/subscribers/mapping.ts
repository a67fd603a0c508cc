// Mappings, what of the network is a name's, as text: what people type, and what they are shown.

import { printAddress, readAddress } from "../../cli/grammar/address.ts";
import type { Reading } from "../../cli/grammar/argument-types.ts";
import { parsePrefix, readRange } from "../../cli/grammar/prefix.ts";
import { nativeBytes } from "../engine/native_prefix.ts";
import { keyParts, type MappingKey, prefixKey, type Tags, tagsKey } from "../engine/subscriber_change.ts";
import { addressOfName } from "./name-address.ts";

const VLAN_ID_MAX = 4094;

const IPV4: NetworkPrefix = { bytes: nativeBytes(4, new Uint8Array(4)), length: 96 };
const NAMES = parsePrefix(`${addressOfName(0)}/64`);

const LENGTHS = { 4: { min: 1, max: 32 }, 6: { min: 32, max: 128 } } as const;

/** A prefix by its network's address, 4 or 16 bytes, and its length in bits of those. */
export interface NetworkPrefix {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** In whatever VLAN or, given tags, within them. Undefined: there cannot be such a mapping. */
export function addressMapping(prefix: NetworkPrefix, tags?: Tags): MappingKey | undefined {
  return refusalOf(prefix) === undefined ? keyOf(prefix, tags) : undefined;
}

/**
 * Reads `10.1.2.3`, `10.1.2.0/24`, `10.1.2.3-10.1.2.9`, which are several, `2001:db8:30::/56`, each with `@100` or `@100.7` for
 * within tags; `VLAN 100`, `VLAN 100.7`.
 */
export function readMappings(text: string): Reading<readonly MappingKey[]> {
  const [, vlan] = /^VLAN +([\d.]+)$/i.exec(text) ?? [];
  if (vlan !== undefined) return readTags(vlan, (tags) => ({ value: [tagsKey(tags)] }));
  const [where = "", within, ...others] = text.split("@");
  if (others.length > 0) return undefined;
  return within === undefined ? readAddresses(where) : readTags(within, (tags) => readAddresses(where, tags));
}

/** Reads what `mappingText` prints. */
export function parseMapping(text: string): MappingKey | undefined {
  const reading = readMappings(text);
  const [key, ...others] = reading && "value" in reading ? reading.value : [];
  return others.length === 0 ? key : undefined;
}

/** The one text of a mapping. */
export function mappingText(key: MappingKey): string {
  const { address, length, tags } = keyParts(key);
  const within = tags && [tags.outer, tags.inner].filter((id) => id !== undefined).join(".");
  if (!address) return `VLAN ${within}`;
  const isIPv4 = length >= IPV4.length && isWithin(address, IPV4);
  const [bytes, bits] = isIPv4 ? [address.subarray(12), length - IPV4.length] : [address, length];
  const prefix = `${printAddress(bytes)}${bits === 8 * bytes.length ? "" : `/${bits}`}`;
  return within === undefined ? prefix : `${prefix}@${within}`;
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

function keyOf({ bytes, length }: NetworkPrefix, tags: Tags | undefined): MappingKey {
  return prefixKey(bytes.length === 4 ? 4 : 6, bytes, length, tags);
}

/** Reads `100` or `100.7`. */
function readTags<T>(text: string, withTags: (tags: Tags) => Reading<T>): Reading<T> {
  const [, outer, inner] = /^(\d{1,4})(?:\.(\d{1,4}))?$/.exec(text) ?? [];
  if (outer === undefined) return undefined;
  const tags = { outer: Number(outer), ...(inner === undefined ? {} : { inner: Number(inner) }) };
  if (Object.values(tags).every((id) => id >= 1 && id <= VLAN_ID_MAX)) return withTags(tags);
  return { refusal: `A VLAN is a number from 1 to ${VLAN_ID_MAX}.` };
}

function readAddresses(text: string, tags?: Tags): Reading<readonly MappingKey[]> {
  const prefixes = readPrefixes(text);
  if (!prefixes || "refusal" in prefixes) return prefixes;
  const refusal = prefixes.value.map(refusalOf).find((each) => each !== undefined);
  return refusal === undefined ? { value: prefixes.value.map((each) => keyOf(each, tags)) } : { refusal };
}

function readPrefixes(text: string): Reading<readonly NetworkPrefix[]> {
  if (text.includes("-")) return readSpan(text);
  const known = readCommon(text);
  if (known) return { value: [known] };
  const reading = readRange(text);
  return reading && "value" in reading ? { value: [parsePrefix(reading.value)] } : reading;
}

/** The common forms, of which there may be a million, without a detour by their text; undefined: it is another, or wrong. */
function readCommon(text: string): NetworkPrefix | undefined {
  const slash = text.indexOf("/");
  const bytes = readAddress(slash < 0 ? text : text.slice(0, slash));
  if (!bytes) return undefined;
  const length = slash < 0 ? 8 * bytes.length : lengthOf(text.slice(slash + 1));
  const hasHostBits = bytes.some((byte, index) => (byte & ~networkBits(index, length)) !== 0);
  return length <= 8 * bytes.length && !hasHostBits && !isIPv4InIPv6(bytes) ? { bytes, length } : undefined;
}

/** Not a number if it has other characters than digits. */
function lengthOf(digits: string): number {
  return /^\d{1,3}$/.test(digits) ? Number(digits) : Number.NaN;
}

function isIPv4InIPv6(bytes: Uint8Array): boolean {
  return bytes.length === 16 && isWithin(bytes, IPV4);
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
  if (isIPv4InIPv6(bytes) || isWithin(IPV4.bytes, { bytes, length })) return "IPv4 addresses are written as such.";
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
