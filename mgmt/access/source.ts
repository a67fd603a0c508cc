// Where somebody comes from, as those see it who count and let in by address.

import { networksAround } from "../../cli/grammar/prefix.ts";

/** Of IPv6, what one customer has: its addresses are one source. */
const SOURCE_LENGTH_IPV6 = 64;

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** An address as a socket tells it, without what says by which interface it came or that IPv4 came in IPv6's form. */
export function addressOf(told: string): string {
  return told.replace(/%.*/, "").replace(/^::ffff:(?=[\d.]+$)/i, "");
}

/** The IPv4 address, or the IPv6 /64: `192.0.2.1`, `2001:db8::/64`. */
export function sourceOf(told: string): string {
  const address = addressOf(told);
  const network = networksAround(address)[SOURCE_LENGTH_IPV6];
  return network ? `${network.address}/${SOURCE_LENGTH_IPV6}` : address;
}

/** Whether the address is in one of the prefixes. */
export function isWithin(prefixes: readonly string[], told: string): boolean {
  const known = setOf(prefixes);
  return networksAround(addressOf(told)).some(({ address, length }) => known.has(`${address}/${length}`));
}

/** A zone may have many prefixes, and whoever knocks is looked up. */
function setOf(prefixes: readonly string[]): ReadonlySet<string> {
  const known = sets.get(prefixes) ?? new Set(prefixes);
  sets.set(prefixes, known);
  return known;
}
