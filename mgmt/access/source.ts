// Where somebody comes from, as those see it who count and let in by address.

import { readAddress } from "../../cli/grammar/address.ts";
import { networkOf } from "../../cli/grammar/prefix.ts";

/** Of IPv6, what one customer has: its addresses are one source. */
const SOURCE_LENGTH_IPV6 = 64;

interface Zone {
  readonly prefixes: ReadonlySet<string>;
  /** Those that its prefixes have: few. */
  readonly lengths: ReadonlySet<number>;
}

const zones = new WeakMap<readonly string[], Zone>();

/** An address as a socket tells it, without what says by which interface it came or that IPv4 came in IPv6's form. */
export function addressOf(told: string): string {
  return told.replace(/%.*/, "").replace(/^::ffff:(?=[\d.]+$)/i, "");
}

/** The IPv4 address, or the IPv6 /64: `192.0.2.1`, `2001:db8::/64`. */
export function sourceOf(told: string): string {
  const address = addressOf(told);
  const bytes = bytesOf(address);
  return bytes.length === 4 ? address : `${networkOf(bytes, SOURCE_LENGTH_IPV6)}/${SOURCE_LENGTH_IPV6}`;
}

/** Whether the address is in one of the prefixes. */
export function isWithin(prefixes: readonly string[], told: string): boolean {
  const { prefixes: known, lengths } = zoneOf(prefixes);
  const bytes = bytesOf(addressOf(told));
  return [...lengths].some(
    (length) => length <= 8 * bytes.length && known.has(`${networkOf(bytes, length)}/${length}`),
  );
}

/** A zone may have many prefixes, and whoever knocks is looked up. */
function zoneOf(prefixes: readonly string[]): Zone {
  const known = zones.get(prefixes) ?? {
    prefixes: new Set(prefixes),
    lengths: new Set(prefixes.map((prefix) => Number(prefix.slice(prefix.indexOf("/") + 1)))),
  };
  zones.set(prefixes, known);
  return known;
}

function bytesOf(address: string): Uint8Array {
  const bytes = readAddress(address);
  if (!bytes) throw new Error(`${address} is no address`);
  return bytes;
}
