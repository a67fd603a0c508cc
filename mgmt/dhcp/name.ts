// What a client of DHCP is called: by what its relay says of the line, or by what it says of itself.

import { printAddress } from "../../cli/grammar/address.ts";
import { isName } from "../subscribers/name.ts";
import type { Reply4 } from "./dhcpv4.ts";
import type { Reply6 } from "./dhcpv6.ts";

export const nameSources = ["relay-circuit-id", "circuit-id", "remote-id", "client-id", "mac"] as const;
export type NameSource = (typeof nameSources)[number];

/** What is said of a client. */
type Said = Exclude<NameSource, "relay-circuit-id">;

/** What is known of a client; the same words of both families, so that both make one name. `relay`: the address of the one next to him. */
export type Identity = Readonly<Record<Said | "relay", Buffer | undefined>>;

const ETHERNET = 1;
const MAC_BYTES = 6;

/** RFC 4361 6.1: an IAID and the DUID that DHCPv6 knows the client by. */
const DUID_TYPE = 255;
const DUID_AT = 5;

/** RFC 8415 11.2 and 11.4: a DUID that has a hardware address, and where. */
const DUID_LLT = { type: 1, addressAt: 8 };
const DUID_LL = { type: 3, addressAt: 4 };

export function identity4(
  reply: Pick<Reply4, "relayAddress" | "circuitId" | "remoteId" | "clientId" | "hardwareType" | "hardwareAddress">,
): Identity {
  const { relayAddress, circuitId, remoteId, clientId, hardwareType, hardwareAddress } = reply;
  return {
    relay: relayAddress,
    "circuit-id": circuitId,
    "remote-id": remoteId,
    "client-id": clientIdentifier(clientId, hardwareType, hardwareAddress),
    mac: hardwareType === ETHERNET && hardwareAddress.length === MAC_BYTES ? hardwareAddress : undefined,
  };
}

export function identity6({ linkAddress, interfaceId, remoteId, clientId }: Omit<Reply6, "bindings">): Identity {
  return {
    ...{ relay: linkAddress, "circuit-id": interfaceId, "remote-id": remoteId, "client-id": clientId },
    mac: clientId && macOf(clientId),
  };
}

/**
 * What can be printed is the name as it is, such as `olt-3 1/1/7`; other bytes are written in hexadecimal behind `0x`, so that no two
 * clients are called alike; a MAC address with colons; a line's relay stands before it: `10.0.0.1 1/1/7`. Undefined: it is not said,
 * or longer than a name.
 */
export function nameOf(identity: Identity, source: NameSource): string | undefined {
  const name = source === "relay-circuit-id" ? lineOf(identity) : textOf(identity, source);
  return name !== undefined && isName(name) ? name : undefined;
}

/** What a relay calls a line is unique within the relay (RFC 3046 3.1, RFC 8415 21.18). */
function lineOf(identity: Identity): string | undefined {
  const circuit = textOf(identity, "circuit-id");
  return identity.relay && circuit && `${printAddress(identity.relay)} ${circuit}`;
}

function textOf(identity: Identity, said: Said): string | undefined {
  const bytes = identity[said];
  if (!bytes || bytes.length === 0) return undefined;
  const hex = bytes.toString("hex");
  if (said === "mac") return hex.match(/../g)?.join(":");
  const text = bytes.toString("latin1");
  return isName(text) && !text.startsWith("0x") ? text : `0x${hex}`;
}

/** Without one a client is known by its hardware address, written as clients write it who send one (RFC 2132 9.14). */
function clientIdentifier(clientId: Buffer | undefined, type: number, hardwareAddress: Buffer): Buffer | undefined {
  if (!clientId) return hardwareAddress.length > 0 ? Buffer.concat([Buffer.of(type), hardwareAddress]) : undefined;
  return clientId[0] === DUID_TYPE && clientId.length > DUID_AT ? clientId.subarray(DUID_AT) : clientId;
}

function macOf(duid: Buffer): Buffer | undefined {
  const form = [DUID_LLT, DUID_LL].find(({ type }) => duid.length >= 4 && duid.readUInt16BE(0) === type);
  if (!form || duid.readUInt16BE(2) !== ETHERNET || duid.length !== form.addressAt + MAC_BYTES) return undefined;
  return duid.subarray(form.addressAt);
}
