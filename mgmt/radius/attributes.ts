// The attributes that are used, by their names in the RFCs: how each value is written, and read when it has the right length.

import { ATTRIBUTE_VALUE_BYTES_MAX, type Attribute } from "./packet.ts";

/** What a value is. */
interface Kind<Value> {
  write(value: Value): Buffer;
  /** Undefined: its length is wrong. */
  read(bytes: Buffer): Value | undefined;
}

const text: Kind<string> = {
  write: (value) => Buffer.from(value),
  read: (bytes) => (bytes.length > 0 ? bytes.toString() : undefined),
};

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

/** RFC 2865 5, RFC 2866 5, RFC 2869 5. */
const known = {
  "User-Name": { type: 1, ...text },
  "User-Password": { type: 2, ...octets },
  "Service-Type": { type: 6, ...integer },
  "Cisco-AVPair": { type: 26, ...ciscoPair },
  "Calling-Station-Id": { type: 31, ...text },
  "NAS-Identifier": { type: 32, ...text },
  "Acct-Status-Type": { type: 40, ...integer },
  "Acct-Delay-Time": { type: 41, ...integer },
  "Acct-Session-Id": { type: 44, ...text },
  "Acct-Session-Time": { type: 46, ...integer },
  "Event-Timestamp": { type: 55, ...integer },
  "NAS-Port-Type": { type: 61, ...integer },
  "Message-Authenticator": { type: 80, ...octets },
};

type Name = keyof typeof known;
type Values = { [Each in Name]: (typeof known)[Each] extends Kind<infer Value> ? Value : never };

const dictionary: { readonly [Each in Name]: Kind<Values[Each]> & { readonly type: number } } = known;

/** Throws a RangeError when an integer has more than 32 bits. */
export function attribute<Each extends Name>(name: Each, value: Values[Each]): Attribute {
  const { type, write } = dictionary[name];
  return { type, value: write(value) };
}

/** All of that name in their order, without those whose length is wrong. */
export function valuesOf<Each extends Name>(attributes: readonly Attribute[], name: Each): Values[Each][] {
  const { type, read } = dictionary[name];
  return attributes.filter((each) => each.type === type).flatMap(({ value }) => read(value) ?? []);
}
