// The subscribers of the bench, by number from 0: everybody has an IPv4 address, every second one an IPv6 prefix beside it, a /64
// and a /56 in turn. A login gives them another address and another prefix than the file did.

export interface Mapped {
  readonly ipv4: readonly [number, number, number, number];
  readonly ipv6: { readonly bytes: Uint8Array; readonly length: 56 | 64 } | undefined;
}

/** Where all addresses of the file lie. */
export const ipv4Range = "10.64.0.0/10";

/** Second byte of IPv4 addresses, and third of IPv6 prefixes (2001:db8::/32): a million lie behind each. */
const ofFile = { ipv4: 64, ipv6: 0 } as const;
const ofLogin = { ipv4: 128, ipv6: 0x80 } as const;

/** Mappings of each by the file, on average. */
export const mappingsEach = 1.5;

export function nameOf(number: number): string {
  return `line-${String(number).padStart(7, "0")}@example.net`;
}

export function loggedIn(number: number): Mapped {
  return mapped(number, ofLogin);
}

export function addressOf(number: number): string {
  return mapped(number, ofFile).ipv4.join(".");
}

/** His line in the SCE's form of such files. */
export function csvLine(number: number): string {
  const { ipv4, ipv6 } = mapped(number, ofFile);
  return `${nameOf(number)}, ${ipv4.join(".")}, ${ipv6 ? prefixText(ipv6) : ""}, 0`;
}

function mapped(number: number, places: typeof ofFile | typeof ofLogin): Mapped {
  const [high, middle, low] = [number >>> 16, (number >>> 8) & 255, number & 255];
  const ipv4 = [10, places.ipv4 + high, middle, low] as const;
  if (number % 2 === 0) return { ipv4, ipv6: undefined };
  const bytes = Uint8Array.from([0x20, 0x01, 0x0d, 0xb8, places.ipv6 + high, middle, low, ...Array(9).fill(0)]);
  return { ipv4, ipv6: { bytes, length: number % 4 === 1 ? 64 : 56 } };
}

function prefixText({ bytes, length }: NonNullable<Mapped["ipv6"]>): string {
  const words = [0, 2, 4, 6].map((at) => (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  return `${words.join(":")}::/${length}`;
}
