// Which addresses an Accounting-Request says that somebody has (RFC 2865 5.8, RFC 3162 2.3, RFC 4818 3, RFC 6911 3.1).

import { hasHostBits } from "../../../cli/grammar/prefix.ts";
import type { LoginMapping } from "../../subscribers/feed.ts";
import { addressMapping, type NetworkPrefix } from "../../subscribers/mapping.ts";
import { readingsOf, valuesOf } from "../attributes.ts";
import type { Attribute } from "../packet.ts";

/** RFC 2865 5.8: let him choose, choose for him; and none yet. */
const NO_ADDRESS: readonly number[] = [0xffffffff, 0xfffffffe, 0];

/** `isWhole`: none of them is damaged or impossible for a subscriber; those that are, are left out. */
export function mappingsOf(attributes: readonly Attribute[]): {
  readonly mappings: readonly LoginMapping[];
  readonly isWhole: boolean;
} {
  const [mask] = valuesOf(attributes, "Framed-IP-Netmask");
  const told: readonly (readonly [attribute: string, prefix: NetworkPrefix | undefined])[] = [
    ...named(
      "Framed-IP-Address",
      readingsOf(attributes, "Framed-IP-Address")
        .filter((bytes) => !bytes || !NO_ADDRESS.includes(numberOf(bytes)))
        .map((bytes) => bytes && { bytes, length: lengthBy(mask, bytes) }),
    ),
    ...named("Framed-IPv6-Prefix", readingsOf(attributes, "Framed-IPv6-Prefix")),
    ...named("Delegated-IPv6-Prefix", readingsOf(attributes, "Delegated-IPv6-Prefix")),
    ...named(
      "Framed-IPv6-Address",
      readingsOf(attributes, "Framed-IPv6-Address").map((bytes) => bytes && { bytes, length: 128 }),
    ),
  ];
  const mappings = told.flatMap(([attribute, prefix]) => {
    const key = prefix && addressMapping(prefix);
    return key ? [{ key, attribute }] : [];
  });
  return { mappings, isWhole: mappings.length === told.length };
}

function named(attribute: string, prefixes: readonly (NetworkPrefix | undefined)[]) {
  return prefixes.map((prefix) => [attribute, prefix] as const);
}

/**
 * Framed-IP-Netmask is for a user who is a router to a network (RFC 2865 5.9), but many NASes tell the mask of the link that he
 * shares with others: the network is his when its own address is what he has, else that address alone is.
 */
function lengthBy(mask: Uint8Array | undefined, address: Uint8Array): number {
  const length = mask ? lengthOf(numberOf(mask)) : 32;
  return length === undefined || hasHostBits(address, length) ? 32 : length;
}

/** Undefined: it is no mask of a network. */
function lengthOf(mask: number): number | undefined {
  const length = Math.clz32(~mask);
  return mask !== 0 && mask === (0xffffffff << (32 - length)) >>> 0 ? length : undefined;
}

function numberOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}
