// Twelve mails in a row, a second apart, in framings that do or do not make them another subscriber's.
import { etherTypes } from "../../frames/ethernet.ts";
import { whole } from "../../frames/packings.ts";
import type { Scene } from "./capture.ts";
import { mail } from "./conversation.ts";
import { bothWays, type Encapsulation, inMpls, inPppoe, tagged, untagged } from "./encapsulations.ts";
import { addresses } from "./quota-scenes.ts";

/** Of the mail of a number, from 0 on. */
interface Mailing {
  readonly encapsulation: (n: number) => Encapsulation;
  readonly address?: (n: number) => string;
  readonly count?: number;
  readonly segmentLength?: number;
}

const { customerTag, serviceTag } = etherTypes;
const odd = (n: number) => n % 2 === 1;
const serviceThere: Encapsulation = tagged([
  [serviceTag, 30],
  [customerTag, 94],
]);
const customerBack: Encapsulation = tagged([
  [customerTag, 30],
  [customerTag, 94],
]);

const mailings: Readonly<Record<string, Mailing>> = {
  "one address in two stacks of tags": {
    encapsulation: (n) =>
      tagged([
        [serviceTag, 30],
        [customerTag, odd(n) ? 95 : 94],
      ]),
    count: 24,
  },
  "one tag or the same within another": {
    encapsulation: (n) =>
      odd(n)
        ? tagged([[customerTag, 94]])
        : tagged([
            [serviceTag, 30],
            [customerTag, 94],
          ]),
    count: 24,
  },
  "untagged or with priority only": { encapsulation: (n) => (odd(n) ? untagged : tagged([[customerTag, 0]])) },
  "two PPPoE sessions": { encapsulation: (n) => inPppoe(odd(n) ? 8 : 7) },
  "with and without PPPoE": { encapsulation: (n) => tagged([[customerTag, 94]], odd(n) ? inPppoe(7) : untagged) },
  "a label a session": { encapsulation: (n) => inMpls(bothWays(100 + n)) },
  "other labels and more of them on the way back": {
    encapsulation: () => inMpls({ subscriber: [100], network: [200, 201, 202] }),
  },
  "labels one way only": {
    encapsulation: () => (packet, from) => (from === "subscriber" ? untagged : inMpls(bothWays(100)))(packet, from),
  },
  "another outermost of three tags on the way back": {
    encapsulation: () =>
      tagged([
        [serviceTag, { subscriber: 10, network: 20 }],
        [customerTag, 30],
        [customerTag, 94],
      ]),
  },
  "other types of tag on the way back": {
    encapsulation: () => (packet, from) => (from === "subscriber" ? serviceThere : customerBack)(packet, from),
  },
  "two addresses of one IPv6 prefix": {
    encapsulation: () => untagged,
    address: (n) => (odd(n) ? "2001:db8:94:66::67" : addresses.IPv6.zombie),
  },
  "jumbo frames": { encapsulation: () => untagged, segmentLength: 8900 },
};

export interface SubscriberCase {
  readonly name: string;
  readonly scenes: readonly Scene[];
}

/** No two have a port or a time in common, so a capture can hold them one after the other. */
export const subscriberCases: readonly SubscriberCase[] = Object.entries(mailings).map(([name, mailing], turn) => ({
  name,
  scenes: Array.from({ length: mailing.count ?? 12 }, (_, n) => mailOf(n, mailing, turn)),
}));

function mailOf(n: number, mailing: Mailing, turn: number): Scene {
  const { encapsulation, address = () => addresses.IPv4.zombie, segmentLength = 1400 } = mailing;
  const subscriber = address(n);
  const server = subscriber.includes(":") ? addresses.IPv6.server : addresses.IPv4.server;
  const name = `mail ${n + 1}`;
  const port = 10_001 + 100 * turn + n;
  return {
    name,
    atSeconds: 100 * turn + n,
    framing: { packing: whole, encapsulation: encapsulation(n) },
    conversation: mail(
      { side: "subscriber", address: subscriber, port },
      { side: "network", address: server, port: 25 },
      { subject: name, bodyLength: 20_000, segmentLength },
    ),
  };
}
