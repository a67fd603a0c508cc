// Openings whose TCP header is hidden by fragments or by headers before it.
import { type Datagram, tcpFlags } from "../../frames/ip.ts";
import { behind, extended, extensionHeaders, fragment, fragments, type Packing, whole } from "../../frames/packings.ts";
import type { Scene } from "./capture.ts";
import { type Host, opening } from "./conversation.ts";
import { untagged } from "./encapsulations.ts";
import { addresses } from "./quota-scenes.ts";

/** RFC 1858 3: the first fragment ends before the flags. */
const tinyFirst = fragments({ length: 8 });

const flagsAt = 13;
const withFlags = (datagram: Datagram, flags: number): Datagram => ({
  ...datagram,
  payload: datagram.payload.with(flagsAt, flags),
});

/** RFC 3128: a first fragment of an open session's kind, and one that overlays its flags. */
const overlaid: Packing = (datagram, id) => [
  fragment(withFlags(datagram, tcpFlags.ack), { offset: 0, length: 24 }, id),
  fragment(datagram, { offset: 8, length: 20 }, id),
];

/** RFC 7112: the first fragment ends before the TCP header begins. */
const headersOnlyFirst: Packing = (datagram, id) => tinyFirst(behind(datagram, [extensionHeaders.destination]), id);

const nineHeaders = extended(...Array(9).fill(extensionHeaders.destination));

type Family = keyof typeof addresses;

/** Makes the scene of an opening, by its number. */
type Open = (name: string, n: number, who: "zombie" | "bystander", packing: Packing) => Scene;

const everyOpening =
  (packing: Packing) =>
  (open: Open): Scene[] =>
    Array.from({ length: 12 }, (_, n) => open(`opening ${n + 1}`, n, "zombie", packing));

/** By a zombie that is blocked, and by a bystander. */
const oneHidden =
  (packing: Packing) =>
  (open: Open): Scene[] => [
    ...Array.from({ length: 10 }, (_, n) => open(`opening ${n + 1}`, n, "zombie", whole)),
    open("zombie", 11, "zombie", packing),
    open("bystander", 12, "bystander", packing),
  ];

const attacks: readonly (readonly [name: string, family: Family, scenes: (open: Open) => Scene[]])[] = [
  ["every opening in tiny fragments", "IPv4", everyOpening(tinyFirst)],
  ["every opening in tiny fragments", "IPv6", everyOpening(tinyFirst)],
  ["flags overlaid", "IPv4", oneHidden(overlaid)],
  ["flags overlaid", "IPv6", oneHidden(overlaid)],
  ["every opening behind headers alone", "IPv6", everyOpening(headersOnlyFirst)],
  ["headers alone in the first fragment", "IPv6", oneHidden(headersOnlyFirst)],
  ["nine headers", "IPv6", oneHidden(nineHeaders)],
];

export interface EvasionCase {
  readonly name: string;
  readonly scenes: readonly Scene[];
}

/** No two have a port or a time in common, so a capture can hold them one after the other. */
export const evasionCases: readonly EvasionCase[] = attacks.map(([name, family, scenes], turn) => {
  const server: Host = { side: "network", address: addresses[family].server, port: 25 };
  const open: Open = (scene, n, who, packing) => ({
    name: scene,
    atSeconds: 100 * turn + n,
    framing: { packing, encapsulation: untagged },
    conversation: opening(
      { side: "subscriber", address: addresses[family][who], port: 10_001 + 100 * turn + n },
      server,
    ),
  });
  return { name: `${name}, ${family}`, scenes: scenes(open) };
});
