// Every framing that mail can come in, by name.
import { u16 } from "../../frames/bytes.ts";
import { etherTypes } from "../../frames/ethernet.ts";
import { protocols } from "../../frames/ip.ts";
import {
  extended,
  extensionHeaders,
  fragments,
  ipv4Options,
  type Packing,
  tunnelled,
  whole,
} from "../../frames/packings.ts";
import {
  bothWays,
  type Encapsulation,
  inMpls,
  inPppoe,
  inPseudowire,
  padded,
  tagged,
  untagged,
} from "./encapsulations.ts";

export interface Framing {
  readonly packing: Packing;
  readonly encapsulation: Encapsulation;
}

/** What a link puts around either family. */
const { customerTag, serviceTag, oldServiceTag, otherOldServiceTag, mplsMulticast } = etherTypes;
const qinq = [
  [serviceTag, 30],
  [customerTag, 94],
] as const;

export const links = {
  untagged,
  "padded to 60 bytes": padded(),
  "802.1Q": tagged([[customerTag, 94]]),
  "a lone 88a8": tagged([[serviceTag, 94]]),
  "QinQ 88a8/8100": tagged(qinq),
  "QinQ 8100/8100": tagged([
    [customerTag, 30],
    [customerTag, 94],
  ]),
  "QinQ 9100/8100": tagged([
    [oldServiceTag, 30],
    [customerTag, 94],
  ]),
  "QinQ 9200/8100": tagged([
    [otherOldServiceTag, 30],
    [customerTag, 94],
  ]),
  "three tags": tagged([
    [serviceTag, 20],
    [customerTag, 30],
    [customerTag, 94],
  ]),
  "four tags": tagged([
    [serviceTag, 10],
    [serviceTag, 20],
    [customerTag, 30],
    [customerTag, 94],
  ]),
  "QinQ and a priority tag": tagged([...qinq, [customerTag, 0]]),
  "nine tags": tagged([...Array<[number, number]>(7).fill([serviceTag, 10]), ...qinq]),
  PPPoE: padded(inPppoe(7)),
  "802.1Q, PPPoE": tagged([[customerTag, 94]], inPppoe(7)),
  "QinQ, PPPoE": tagged(qinq, inPppoe(0xfffe)),
  "three tags, PPPoE": tagged(
    [
      [serviceTag, 20],
      [customerTag, 30],
      [customerTag, 94],
    ],
    inPppoe(7),
  ),
  "MPLS, 1 label": padded(inMpls({ subscriber: [16], network: [1048575] })),
  "MPLS, 3 labels": inMpls(bothWays(100, 200, 300)),
  "MPLS, 8 labels": inMpls(bothWays(21, 22, 23, 24, 25, 26, 27, 28)),
  "MPLS, 9 labels": inMpls(bothWays(21, 22, 23, 24, 25, 26, 27, 28, 29)),
  "MPLS multicast": inMpls(bothWays(400), mplsMulticast),
  "802.1Q, MPLS": tagged([[customerTag, 94]], inMpls(bothWays(100, 200))),
  "MPLS, pseudowire with control word": inPseudowire(500, true),
  "MPLS, pseudowire": inPseudowire(600, false),
} as const satisfies Record<string, Encapsulation>;

const { hopByHop, destination, routing, authentication, atomicFragment, shim6 } = extensionHeaders;
const pieces = { length: 512 };

const ipv4Packings = {
  options: ipv4Options,
  fragments: fragments(pieces),
  "fragments, last first": fragments({ ...pieces, order: "last first" }),
  "everything in fragments of 24 bytes": fragments({ length: 24 }),
} as const satisfies Record<string, Packing>;

const ipv6Packings = {
  "hop-by-hop options": extended(hopByHop),
  "destination options": extended(destination),
  "routing header": extended(routing),
  "authentication header": extended(authentication),
  "atomic fragment": extended(atomicFragment),
  shim6: extended(shim6),
  "five headers": extended(hopByHop, routing, atomicFragment, authentication, destination),
  "eight headers": extended(
    ...[hopByHop, destination, routing, atomicFragment, authentication, destination, destination, destination],
  ),
  fragments: fragments(pieces),
  "fragments, last first": fragments({ ...pieces, order: "last first" }),
  "fragments behind hop-by-hop and routing": fragments({ ...pieces, before: [hopByHop, routing] }),
} as const satisfies Record<string, Packing>;

/** Tunnel ends: whoever is behind the first is a subscriber, of whom only the tunnel is seen. */
const ipv4Ends = (inner: string) => (/^10\.|^2001:db8:94:/.test(inner) ? "10.30.94.200" : "198.51.100.200");
const ipv6Ends = (inner: string) => (/^10\.|^2001:db8:94:/.test(inner) ? "2001:db8:94:200::1" : "2001:db8:f:200::1");
const greHeader = (inner: readonly number[]) => [
  ...[0, 0, ...u16((inner[0] ?? 0) >> 4 === 4 ? etherTypes.ipv4 : etherTypes.ipv6)],
];

const ipv4Tunnels = {
  "IP-in-IP": tunnelled({ endOf: ipv4Ends, protocol: protocols.ipv4 }),
  GRE: tunnelled({ endOf: ipv4Ends, protocol: protocols.gre, header: greHeader }),
  "IPv4 in IPv6": tunnelled({ endOf: ipv6Ends, protocol: protocols.ipv4 }),
} as const satisfies Record<string, Packing>;

const ipv6Tunnels = {
  "6in4": tunnelled({ endOf: ipv4Ends, protocol: protocols.ipv6 }),
  "GRE over IPv6": tunnelled({ endOf: ipv6Ends, protocol: protocols.gre, header: greHeader }),
} as const satisfies Record<string, Packing>;

export interface NamedFraming extends Framing {
  readonly name: string;
  readonly family: "IPv4" | "IPv6";
}

function named(family: NamedFraming["family"], packings: Readonly<Record<string, Packing>>, link: keyof typeof links) {
  return Object.entries(packings).map(([name, packing]): NamedFraming => {
    const linkName = link === "untagged" ? "" : `${link}, `;
    return { name: `${linkName}${family}, ${name}`, family, packing, encapsulation: links[link] };
  });
}

const plain = Object.entries(links).flatMap(([name, encapsulation]) =>
  (["IPv4", "IPv6"] as const).map(
    (family): NamedFraming => ({ name: `${name}, ${family}`, family, packing: whole, encapsulation }),
  ),
);

export const framings: readonly NamedFraming[] = [
  ...plain,
  ...named("IPv4", ipv4Packings, "untagged"),
  ...named("IPv6", ipv6Packings, "untagged"),
  ...named("IPv4", { fragments: ipv4Packings.fragments, options: ipv4Options }, "QinQ, PPPoE"),
  ...named(
    "IPv6",
    { "eight headers": ipv6Packings["eight headers"], fragments: ipv6Packings.fragments },
    "QinQ, PPPoE",
  ),
  ...named("IPv4", { fragments: ipv4Packings.fragments }, "MPLS, 3 labels"),
  ...named("IPv4", ipv4Tunnels, "untagged"),
  ...named("IPv6", ipv6Tunnels, "untagged"),
];
