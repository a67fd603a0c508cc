// What a server says of one lease, by whichever way it was told: who holds an address or a prefix, and for how long.

import { printAddress } from "../../cli/grammar/address.ts";
import type { Login, Logout, Renewal } from "../subscribers/feed.ts";
import { addressMapping, type NetworkPrefix } from "../subscribers/mapping.ts";
import type { Reply4 } from "./dhcpv4.ts";
import type { Reply6 } from "./dhcpv6.ts";
import { type Identity, identity4, identity6, type NameSource, nameOf } from "./name.ts";

/** A lifetime without end (RFC 2131 3.3, RFC 8415 7.7). */
const FOREVER = 0xffff_ffff;

export interface Lease {
  /** What may be said of who holds it. */
  readonly identity: Identity;
  /** By what its server knows the client: option 61 or the hardware address; the DUID. */
  readonly client: Buffer;
  /** What told it, in the words of the RFCs. */
  readonly attribute: "yiaddr" | "IAADDR" | "IAPREFIX";
  readonly prefix: NetworkPrefix;
  /** From now on, up to FOREVER; 0: it is over. */
  readonly seconds: number;
}

/** An acknowledgement is of a lease unless it only informs. */
export function lease4(reply: Reply4): Lease | undefined {
  const { isAck, address, leaseSeconds, clientId, hardwareAddress } = reply;
  if (!isAck || leaseSeconds === undefined || address.readUInt32BE(0) === 0) return undefined;
  return {
    identity: identity4(reply),
    client: clientId ?? hardwareAddress,
    attribute: "yiaddr",
    prefix: { bytes: address, length: 32 },
    seconds: leaseSeconds,
  };
}

export function leases6({ clientId, bindings, ...line }: Reply6): Lease[] {
  if (!clientId) return [];
  const identity = identity6({ clientId, ...line });
  return bindings.map(({ kind, bytes, length, seconds }) => ({
    ...{ identity, client: clientId, attribute: kind, seconds },
    prefix: { bytes: networkOf(bytes, length), length },
  }));
}

/**
 * What becomes of it, `at` Unix milliseconds. Who cannot be named renews what he has: the relay that says of which line he is does
 * not see it. Undefined: nobody can have such an address.
 */
export function leaseEvent(lease: Lease, source: NameSource, at: number): Login | Renewal | Logout | undefined {
  const { identity, client, attribute, prefix, seconds } = lease;
  const key = addressMapping(prefix);
  if (!key || !isUsable(prefix)) return undefined;
  // A lease is a client's hold on an address: one who gets another address holds both until the first lease ends. Servers that
  // stand in for each other renew each other's, so they are one.
  const id = `${client.toString("hex")} ${printAddress(prefix.bytes)}/${prefix.length}`;
  const session = { feed: "dhcp", nas: "servers", id };
  if (seconds === 0) return { kind: "logout", session, at };
  const expiresAt = seconds === FOREVER ? null : at + seconds * 1000;
  const name = nameOf(identity, source);
  if (name === undefined) return { kind: "renew", session, at, expiresAt };
  return { kind: "login", name, mappings: [{ key, attribute }], session, at, expiresAt };
}

/** Neither `this network`, nor loopback, nor link-local, nor multicast and what is above it. */
function isUsable({ bytes: [first = 0, second = 0, ...others] }: NetworkPrefix): boolean {
  if (others.length === 2) return first !== 0 && first !== 127 && first < 224;
  const isLinkLocal = first === 0xfe && second >> 6 === 2;
  return first !== 0 && first !== 0xff && !isLinkLocal;
}

function networkOf(bytes: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from(bytes, (byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, length - 8 * index))));
}
