// The address plan: who lives where in the lab. Documentation and private ranges only (RFC 1918, 3849, 5737).

export interface Host {
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

export type Family = "ipv4" | "ipv6";
export const families: readonly Family[] = ["ipv4", "ipv6"];

/** Subscriber N: one IPv4 address, and one address in a /64 of its own. */
const subscriber = (name: string, n: number): Host => ({
  name,
  ipv4: `10.30.94.${n}`,
  ipv6: `2001:db8:30:${n}::${n}`,
});

/** A server of the subscribers' own provider. */
const server = (name: string, n: number): Host => ({ name, ipv4: `192.0.2.${n}`, ipv6: `2001:db8:25::${n}` });

/** A mail exchanger elsewhere. */
const exchanger = (n: number): Host => ({ name: `mx-${n}`, ipv4: `198.51.100.${n}`, ipv6: `2001:db8:66::${n}` });

const home = (n: number) => subscriber(`home-${n}`, n);
/** Ordinary subscribers. */
export const homes: readonly [Host, Host, Host] = [home(11), home(12), home(13)];
/** The infected one. Packets to the exchangers leave with its address, because smtp-source cannot choose its own. */
export const zombie = subscriber("zombie", 66);

export const mail = server("mail", 25);
export const dns = server("dns", 53);
export const web = server("web", 80);
export const exchangers: readonly [Host, ...Host[]] = [exchanger(10), exchanger(11), exchanger(12)];

/** On-link prefixes of each side, as the other side reaches them. */
export const prefixes = {
  subscribers: { ipv4: "10.30.94.0/24", ipv6: "2001:db8:30::/48" },
  provider: { ipv4: "192.0.2.0/24", ipv6: "2001:db8:25::/64" },
  elsewhere: { ipv4: "198.51.100.0/24", ipv6: "2001:db8:66::/64" },
} as const;

/** What the name server answers with the web server's addresses. */
export const webName = "www.example.net";
