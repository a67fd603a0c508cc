// Whose subscriber an address is: the anonymous group with the longest prefix around it, as the fast path finds it.

import { readAddress } from "../../cli/grammar/address.ts";
import { parsePrefix } from "../../cli/grammar/prefix.ts";
import type { Facts } from "../config/service.ts";
import { nameIdOf } from "./name-address.ts";

export type AnonymousGroup = Facts["anonymousGroups"][number];

/** Groups whose prefixes are of one family and length, by the prefix's bytes. */
interface Tier {
  /** Of an address: 4 or 16. */
  readonly bytes: number;
  /** Of the prefix, in bits. */
  readonly length: number;
  readonly groups: Map<string, AnonymousGroup>;
}

export class GroupIndex {
  /** The longest first. */
  readonly #tiers: readonly Tier[];

  constructor(groups: readonly AnonymousGroup[]) {
    const tiers = new Map<string, Tier>();
    for (const group of groups) {
      const { bytes, length } = parsePrefix(group.prefix);
      const name = `${bytes.length} ${length}`;
      const tier = tiers.get(name) ?? { bytes: bytes.length, length, groups: new Map() };
      tiers.set(name, tier);
      tier.groups.set(keyOf(bytes, length), group);
    }
    this.#tiers = [...tiers.values()].sort((a, b) => b.length - a.length);
  }

  /** Undefined: the address is nobody's whom we count. */
  groupOf(address: string): AnonymousGroup | undefined {
    if (nameIdOf(address) !== undefined) return undefined;
    const bytes = readAddress(address);
    for (const tier of this.#tiers) {
      const group = tier.bytes === bytes?.length ? tier.groups.get(keyOf(bytes, tier.length)) : undefined;
      if (group) return group;
    }
    return undefined;
  }
}

/** The bits of an address that a prefix of this length keeps. */
function keyOf(bytes: Uint8Array, length: number): string {
  return bytes.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, length - 8 * index)))).join(".");
}
