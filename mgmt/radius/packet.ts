// A RADIUS packet (RFC 2865 3): code, identifier, authenticator and attributes, as data and as bytes. What is not one is undefined.

export const codes = {
  accessRequest: 1,
  accessAccept: 2,
  accessReject: 3,
  accountingRequest: 4,
  accountingResponse: 5,
  accessChallenge: 11,
} as const;

const AUTHENTICATOR_AT = 4;
export const AUTHENTICATOR_BYTES = 16;

const HEADER_BYTES = AUTHENTICATOR_AT + AUTHENTICATOR_BYTES;
const PACKET_BYTES_MAX = 4096;
const ATTRIBUTE_HEADER_BYTES = 2;
export const ATTRIBUTE_VALUE_BYTES_MAX = 253;

export interface Attribute {
  /** 1 to 255. */
  readonly type: number;
  /** At most 253 bytes. */
  readonly value: Buffer;
}

export interface Packet {
  readonly code: number;
  /** 0 to 255: an answer has that of its request. */
  readonly identifier: number;
  readonly authenticator: Buffer;
  readonly attributes: readonly Attribute[];
}

/** Throws a RangeError when an attribute or the whole is too long. */
export function encode({ code, identifier, authenticator, attributes }: Packet): Buffer {
  const parts = attributes.map(({ type, value }) => Buffer.concat([header(type, value), value]));
  const bytes = Buffer.concat([Buffer.alloc(HEADER_BYTES), ...parts]);
  if (bytes.length > PACKET_BYTES_MAX) throw new RangeError(`A RADIUS packet of ${bytes.length} bytes`);
  bytes.writeUInt8(code, 0);
  bytes.writeUInt8(identifier, 1);
  bytes.writeUInt16BE(bytes.length, 2);
  authenticator.copy(bytes, AUTHENTICATOR_AT);
  return bytes;
}

/** Of a datagram, whose end may be padding. Values are views of its bytes. */
export function decode(datagram: Buffer): Packet | undefined {
  const bytes = wholePacket(datagram);
  const attributes = bytes && attributesIn(bytes.subarray(HEADER_BYTES));
  if (!bytes || !attributes) return undefined;
  return {
    code: bytes.readUInt8(0),
    identifier: bytes.readUInt8(1),
    authenticator: bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES),
    attributes,
  };
}

/** The datagram without padding, if it has as many bytes as it says. */
function wholePacket(datagram: Buffer): Buffer | undefined {
  if (datagram.length < HEADER_BYTES) return undefined;
  const length = datagram.readUInt16BE(2);
  if (length < HEADER_BYTES || length > Math.min(datagram.length, PACKET_BYTES_MAX)) return undefined;
  return datagram.subarray(0, length);
}

function header(type: number, value: Buffer): Buffer {
  if (value.length > ATTRIBUTE_VALUE_BYTES_MAX) throw new RangeError(`A RADIUS attribute of ${value.length} bytes`);
  return Buffer.of(type, ATTRIBUTE_HEADER_BYTES + value.length);
}

/** Of bytes that are nothing else. Undefined: one of them does not end where it says. */
export function attributesIn(bytes: Buffer): Attribute[] | undefined {
  const attributes: Attribute[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [type = 0, length = 0] = [bytes[at], bytes[at + 1]];
    if (length < ATTRIBUTE_HEADER_BYTES || at + length > bytes.length) return undefined;
    attributes.push({ type, value: bytes.subarray(at + ATTRIBUTE_HEADER_BYTES, at + length) });
    at += length;
  }
  return attributes;
}
