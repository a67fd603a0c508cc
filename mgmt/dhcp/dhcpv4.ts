// A reply of a DHCPv4 server (RFC 2131, RFC 2132): what it says of a client's address. Every length is checked; bytes that are no
// whole message are undefined.

import { narrow, optionOf, readOptions } from "./options.ts";

export interface Reply4 {
  /** Option 53 says that it is an acknowledgement. */
  readonly isAck: boolean;
  /** `yiaddr`: the client's, 4 bytes; zero: none is given. */
  readonly address: Buffer;
  /** `htype`: 1 is Ethernet. */
  readonly hardwareType: number;
  /** `chaddr`, as long as it says. */
  readonly hardwareAddress: Buffer;
  /** `giaddr`: the relay's, on the client's side; undefined: there is none. */
  readonly relayAddress: Buffer | undefined;
  /** Option 51. */
  readonly leaseSeconds: number | undefined;
  /** Option 61, type and identifier. */
  readonly clientId: Buffer | undefined;
  /** Of option 82 (RFC 3046): what the relay says of the line. */
  readonly circuitId: Buffer | undefined;
  readonly remoteId: Buffer | undefined;
}

const BOOTREPLY = 2;
/** RFC 2132 9.6. */
const DHCPACK = 5;
const HARDWARE_BYTES_MAX = 16;
const YIADDR_AT = 16;
const GIADDR_AT = 24;
const CHADDR_AT = 28;
const SNAME_AT = 44;
const FILE_AT = 108;
const COOKIE_AT = 236;
const COOKIE = 0x6382_5363;
const OPTIONS_AT = COOKIE_AT + 4;

const PAD = 0;
const LEASE_TIME = 51;
const OVERLOAD = 52;
const MESSAGE_TYPE = 53;
const CLIENT_ID = 61;
const RELAY_AGENT = 82;
const END = 255;

const CIRCUIT_ID = 1;
const REMOTE_ID = 2;

/** `other`: a message that is no reply, whole as far as it was read. */
export function readReply4(bytes: Buffer): Reply4 | "other" | undefined {
  if (bytes.length < OPTIONS_AT) return undefined;
  if (bytes.readUInt8(0) !== BOOTREPLY) return "other";
  const hardwareBytes = bytes.readUInt8(2);
  if (bytes.readUInt32BE(COOKIE_AT) !== COOKIE || hardwareBytes > HARDWARE_BYTES_MAX) return undefined;
  const options = readAllOptions(bytes);
  if (!options) return undefined;
  const type = options.get(MESSAGE_TYPE);
  const lease = options.get(LEASE_TIME);
  const relay = readOptions(options.get(RELAY_AGENT) ?? Buffer.alloc(0), narrow);
  if (type?.length !== 1 || (lease && lease.length !== 4) || !relay) return undefined;
  return {
    isAck: type.readUInt8(0) === DHCPACK,
    address: bytes.subarray(YIADDR_AT, YIADDR_AT + 4),
    hardwareType: bytes.readUInt8(1),
    hardwareAddress: bytes.subarray(CHADDR_AT, CHADDR_AT + hardwareBytes),
    relayAddress: bytes.readUInt32BE(GIADDR_AT) === 0 ? undefined : bytes.subarray(GIADDR_AT, GIADDR_AT + 4),
    leaseSeconds: lease?.readUInt32BE(0),
    clientId: options.get(CLIENT_ID),
    circuitId: optionOf(relay, CIRCUIT_ID),
    remoteId: optionOf(relay, REMOTE_ID),
  };
}

/** Those of the options field, and of `file` and `sname` where they hold some: the parts of a long one are put together (RFC 3396). */
function readAllOptions(bytes: Buffer): ReadonlyMap<number, Buffer> | undefined {
  const options = new Map<number, Buffer>();
  if (!readField(bytes.subarray(OPTIONS_AT), options)) return undefined;
  const overload = options.get(OVERLOAD);
  if (!overload) return options;
  const fields = overload.length === 1 ? overload.readUInt8(0) : 0;
  if (fields < 1 || fields > 3) return undefined;
  if (fields & 1 && !readField(bytes.subarray(FILE_AT, COOKIE_AT), options)) return undefined;
  if (fields & 2 && !readField(bytes.subarray(SNAME_AT, FILE_AT), options)) return undefined;
  return options;
}

/** False: an option does not fit into the field. What follows its end is padding. */
function readField(field: Buffer, into: Map<number, Buffer>): boolean {
  for (let at = 0; at < field.length; ) {
    const code = field.readUInt8(at++);
    if (code === END) return true;
    if (code === PAD) continue;
    if (at >= field.length) return false;
    const end = at + 1 + field.readUInt8(at);
    if (end > field.length) return false;
    const before = into.get(code);
    const value = field.subarray(at + 1, end);
    into.set(code, before ? Buffer.concat([before, value]) : value);
    at = end;
  }
  return true;
}
