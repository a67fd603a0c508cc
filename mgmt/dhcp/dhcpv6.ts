// A reply of a DHCPv6 server (RFC 8415), on its way to a relay or to the client: what it says of a client's addresses and
// prefixes. Every length is checked; bytes that are no whole message are undefined.

import { type Options, optionOf, readOptions, wide } from "./options.ts";

export interface Reply6 {
  /** Who it is for: his DUID; undefined: it does not say. */
  readonly clientId: Buffer | undefined;
  /** Of the relay next to the client that has one: where the client is. A relay on the client's link may have none (RFC 6221). */
  readonly linkAddress: Buffer | undefined;
  /** Option 18, and option 37 (RFC 4649) without its enterprise: what the relay next to the client says of the line. */
  readonly interfaceId: Buffer | undefined;
  readonly remoteId: Buffer | undefined;
  readonly bindings: readonly Binding6[];
}

/** An address, or a prefix that is delegated. */
export interface Binding6 {
  readonly kind: "IAADDR" | "IAPREFIX";
  /** 16. */
  readonly bytes: Buffer;
  /** In bits: 0 to 128. */
  readonly length: number;
  /** The valid lifetime; 0: it is over. */
  readonly seconds: number;
}

const REPLY = 7;
const RELAY_REPLY = 13;
/** HOP_COUNT_LIMIT (RFC 8415 7.6). */
const RELAYS_MAX = 8;

const MESSAGE_BYTES = 4;
/** Of a relay's message: type, hops, link and peer addresses. */
const RELAY_BYTES = 34;
const LINK_AT = 2;
const PEER_AT = 18;

const CLIENT_ID = 1;
const IA_NA = 3;
const IA_TA = 4;
const IAADDR = 5;
const RELAY_MESSAGE = 9;
const STATUS_CODE = 13;
const INTERFACE_ID = 18;
const IA_PD = 25;
const IAPREFIX = 26;
const REMOTE_ID = 37;

/** Before the options of an identity association: IAID, and T1 and T2 where it has them. */
const associations: ReadonlyMap<number, number> = new Map([
  [IA_NA, 12],
  [IA_TA, 4],
  [IA_PD, 12],
]);

const ENTERPRISE_BYTES = 4;
const ADDRESS_BYTES = 24;
const PREFIX_BYTES = 25;
const PREFIX_BITS_MAX = 128;

/** Of the line, as the relay says. */
type Line = Pick<Reply6, "linkAddress" | "interfaceId" | "remoteId">;

/** `other`: a message of another type, whole as far as it was read. */
export function readReply6(bytes: Buffer): Reply6 | "other" | undefined {
  let message = bytes;
  let line: Line = { linkAddress: undefined, interfaceId: undefined, remoteId: undefined };
  for (let relays = 0; message.length > 0 && message.readUInt8(0) === RELAY_REPLY; relays++) {
    const relayed = relays < RELAYS_MAX ? readRelayed(message) : undefined;
    if (!relayed) return undefined;
    message = relayed.message;
    line = {
      linkAddress: relayed.linkAddress ?? line.linkAddress,
      interfaceId: relayed.interfaceId ?? line.interfaceId,
      remoteId: relayed.remoteId ?? line.remoteId,
    };
  }
  if (message.length < MESSAGE_BYTES) return undefined;
  return message.readUInt8(0) === REPLY ? readMessage(message, line) : "other";
}

function readRelayed(message: Buffer): (Line & { readonly message: Buffer }) | undefined {
  if (message.length < RELAY_BYTES) return undefined;
  const options = readOptions(message.subarray(RELAY_BYTES), wide);
  const inner = options && optionOf(options, RELAY_MESSAGE);
  if (!inner) return undefined;
  const remoteId = optionOf(options, REMOTE_ID);
  if (remoteId && remoteId.length < ENTERPRISE_BYTES) return undefined;
  const link = message.subarray(LINK_AT, PEER_AT);
  return {
    message: inner,
    linkAddress: link.some((byte) => byte !== 0) ? link : undefined,
    interfaceId: optionOf(options, INTERFACE_ID),
    remoteId: remoteId?.subarray(ENTERPRISE_BYTES),
  };
}

function readMessage(message: Buffer, line: Line): Reply6 | undefined {
  const options = readOptions(message.subarray(MESSAGE_BYTES), wide);
  const bindings = options && readAssociations(options);
  return bindings && { ...line, clientId: optionOf(options, CLIENT_ID), bindings };
}

/** What failed has no bindings. */
function readAssociations(options: Options): Binding6[] | undefined {
  const bindings: Binding6[] = [];
  if (isFailure(options)) return bindings;
  for (const [code, value] of options) {
    const headBytes = associations.get(code);
    if (headBytes === undefined) continue;
    if (value.length < headBytes) return undefined;
    const inner = readOptions(value.subarray(headBytes), wide);
    const found = inner && readBindings(inner);
    if (!found) return undefined;
    bindings.push(...found);
  }
  return bindings;
}

function readBindings(options: Options): Binding6[] | undefined {
  const bindings: Binding6[] = [];
  if (isFailure(options)) return bindings;
  for (const [code, value] of options) {
    if (code !== IAADDR && code !== IAPREFIX) continue;
    const binding = code === IAADDR ? readAddress(value) : readPrefix(value);
    const inner = binding && readOptions(value.subarray(code === IAADDR ? ADDRESS_BYTES : PREFIX_BYTES), wide);
    if (!inner || binding.length > PREFIX_BITS_MAX) return undefined;
    if (!isFailure(inner)) bindings.push(binding);
  }
  return bindings;
}

function readAddress(value: Buffer): Binding6 | undefined {
  if (value.length < ADDRESS_BYTES) return undefined;
  return { kind: "IAADDR", bytes: value.subarray(0, 16), length: 128, seconds: value.readUInt32BE(20) };
}

function readPrefix(value: Buffer): Binding6 | undefined {
  if (value.length < PREFIX_BYTES) return undefined;
  return {
    ...{ kind: "IAPREFIX", bytes: value.subarray(9, 25), length: value.readUInt8(8), seconds: value.readUInt32BE(4) },
  };
}

/** A status code other than Success (RFC 8415 21.13); one too short to say is one. */
function isFailure(options: Options): boolean {
  const status = optionOf(options, STATUS_CODE);
  return status !== undefined && (status.length < 2 || status.readUInt16BE(0) !== 0);
}
