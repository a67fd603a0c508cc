// The attributes that are used, by their names in the RFCs: how each value is written, and read when it has the right length.

import { hasHostBits } from "../../cli/grammar/prefix.ts";
import type { NetworkPrefix } from "../subscribers/mapping.ts";
import { ATTRIBUTE_VALUE_BYTES_MAX, type Attribute, attributesIn } from "./packet.ts";

/** What a value is. */
interface Kind<Value> {
  write(value: Value): Buffer;
  /** Undefined: its length is wrong, or what it says impossible. */
  read(bytes: Buffer): Value | undefined;
}

const text: Kind<string> = {
  write: (value) => Buffer.from(value),
  read: (bytes) => (bytes.length > 0 ? bytes.toString() : undefined),
};

/** A text by which others know something: different bytes are different texts. What is not printable ASCII is written `%00`. */
const label: Kind<string> = {
  ...text,
  read: (bytes) => (bytes.length > 0 ? bytes.toString("latin1").replace(/[^ -$&-~]/g, escaped) : undefined),
};

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

const octets: Kind<Buffer> = {
  write: (value) => value,
  read: (bytes) => (bytes.length > 0 ? bytes : undefined),
};

const integer: Kind<number> = {
  write(value) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  },
  read: (bytes) => (bytes.length === 4 ? bytes.readUInt32BE() : undefined),
};

const address4 = addressOf(4);
const address6 = addressOf(16);

function addressOf(length: 4 | 16): Kind<Uint8Array> {
  return {
    write: (bytes) => Buffer.from(bytes),
    read: (bytes) => (bytes.length === length ? bytes : undefined),
  };
}

const PREFIX_AT = 2;

/** Its network may end with its last bit, and what follows that must be zero (RFC 3162 2.3, RFC 4818 3). */
const prefix6: Kind<NetworkPrefix> = {
  write: ({ bytes, length }) => Buffer.concat([Buffer.of(0, length), bytes.subarray(0, Math.ceil(length / 8))]),
  read(value) {
    const [, length = 129] = value;
    const network = value.subarray(PREFIX_AT);
    if (length > 128 || network.length > 16 || network.length < Math.ceil(length / 8)) return undefined;
    const bytes = Buffer.concat([network, Buffer.alloc(16 - network.length)]);
    return hasHostBits(bytes, length) ? undefined : { bytes, length };
  },
};

const VENDOR_SPECIFIC = 26;
/** Of its private enterprise number, before its attributes. */
const VENDOR_BYTES = 4;

interface VendorType {
  /** Its private enterprise number (IANA). */
  readonly vendor: number;
  readonly type: number;
}

/** Its private enterprise number (IANA). */
const CISCO = 9;
const CISCO_AVPAIR = 1;
const PAIR_AT = 6;

/** Bytes of a Cisco-AVPair. */
export const PAIR_BYTES_MAX = ATTRIBUTE_VALUE_BYTES_MAX - PAIR_AT;

/** Vendor-Specific with one Cisco-AVPair: `shell:priv-lvl=15`. Those of others, and what follows the first, are not read. */
const ciscoPair: Kind<string> = {
  write(value) {
    const pair = Buffer.from(value);
    const head = Buffer.alloc(PAIR_AT);
    head.writeUInt32BE(CISCO, 0);
    head.writeUInt8(CISCO_AVPAIR, 4);
    head.writeUInt8(pair.length + 2, 5);
    return Buffer.concat([head, pair]);
  },
  read(bytes) {
    if (bytes.length <= PAIR_AT || bytes.readUInt32BE(0) !== CISCO || bytes.readUInt8(4) !== CISCO_AVPAIR)
      return undefined;
    const end = 4 + bytes.readUInt8(5);
    return end > PAIR_AT && end <= bytes.length ? bytes.toString("utf8", PAIR_AT, end) : undefined;
  },
};

/** RFC 2865 5, RFC 2866 5, RFC 2869 5, RFC 3162 2, RFC 4818 3, RFC 6911 3. */
const known = {
  "User-Name": { type: 1, ...text },
  "User-Password": { type: 2, ...octets },
  "NAS-IP-Address": { type: 4, ...address4 },
  "Service-Type": { type: 6, ...integer },
  "Framed-IP-Address": { type: 8, ...address4 },
  "Framed-IP-Netmask": { type: 9, ...address4 },
  "Filter-Id": { type: 11, ...octets },
  Class: { type: 25, ...octets },
  "Cisco-AVPair": { type: VENDOR_SPECIFIC, ...ciscoPair },
  "Calling-Station-Id": { type: 31, ...text },
  "NAS-Identifier": { type: 32, ...label },
  "Proxy-State": { type: 33, ...octets },
  "Acct-Status-Type": { type: 40, ...integer },
  "Acct-Delay-Time": { type: 41, ...integer },
  "Acct-Session-Id": { type: 44, ...label },
  "Acct-Session-Time": { type: 46, ...integer },
  "Event-Timestamp": { type: 55, ...integer },
  "NAS-Port-Type": { type: 61, ...integer },
  "Message-Authenticator": { type: 80, ...octets },
  "NAS-IPv6-Address": { type: 95, ...address6 },
  "Framed-IPv6-Prefix": { type: 97, ...prefix6 },
  "Delegated-IPv6-Prefix": { type: 123, ...prefix6 },
  "Framed-IPv6-Address": { type: 168, ...address6 },
};

type Name = keyof typeof known;
type Values = { [Each in Name]: (typeof known)[Each] extends Kind<infer Value> ? Value : never };

const dictionary: { readonly [Each in Name]: Kind<Values[Each]> & { readonly type: number } } = known;

/** Throws a RangeError when an integer has more than 32 bits. */
export function attribute<Each extends Name>(name: Each, value: Values[Each]): Attribute {
  const { type, write } = dictionary[name];
  return { type, value: write(value) };
}

/** All of that name in their order, without those that are damaged. */
export function valuesOf<Each extends Name>(attributes: readonly Attribute[], name: Each): Values[Each][] {
  return readingsOf(attributes, name).filter((value) => value !== undefined);
}

/** All of that name in their order; undefined: it is damaged. */
export function readingsOf<Each extends Name>(
  attributes: readonly Attribute[],
  name: Each,
): (Values[Each] | undefined)[] {
  const { type, read } = dictionary[name];
  return attributes.filter((each) => each.type === type).map(({ value }) => read(value));
}

/** Of that vendor's attributes, those of one type, in their order: an attribute may have several (RFC 2865 5.26). */
export function vendorValuesOf(attributes: readonly Attribute[], { vendor, type }: VendorType): Buffer[] {
  return attributes
    .filter((each) => each.type === VENDOR_SPECIFIC && isOfVendor(each.value, vendor))
    .flatMap(({ value }) => attributesIn(value.subarray(VENDOR_BYTES)) ?? [])
    .filter((each) => each.type === type && each.value.length > 0)
    .map(({ value }) => value);
}

function isOfVendor(value: Buffer, vendor: number): boolean {
  return value.length >= VENDOR_BYTES && value.readUInt32BE() === vendor;
}
