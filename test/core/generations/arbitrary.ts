// Random rules and random lives of subscribers: few of each, so that they meet often.
import fc from "fast-check";
import { ipPacket } from "../../frames/ip.ts";
import { type Conversation, type Host, mail, mxLookup, opening } from "../generator/conversation.ts";
import { untagged } from "../generator/encapsulations.ts";
import type { Detector, Group, Rules, Service } from "./rules.ts";

export const groups: readonly Group[] = [
  { prefix: "10.0.0.0/8", template: 0 },
  { prefix: "10.7.0.0/16", template: 4 },
  { prefix: "2001:db8::/32", template: 0 },
  { prefix: "2001:db8:7::/48", template: 4 },
];

const subscribers = [
  "10.0.0.1",
  "10.0.0.2",
  "10.7.0.1",
  "10.7.0.2",
  "2001:db8:1:1::1",
  "2001:db8:7:1::1",
  "2001:db8:7:1::2",
];
const servers = { IPv4: ["192.0.2.25", "198.51.100.25"], IPv6: ["2001:4860:25::25", "2001:4860:66::25"] };

const anyService = (name: string, protocol: Service["protocol"], ports: readonly (readonly number[])[]) =>
  fc.record({
    name: fc.constant(name),
    protocol: fc.constant(protocol),
    ports: fc.constantFrom(...ports),
    initiator: fc.constantFrom("subscriber" as const, "either" as const, "network" as const),
    zone: fc.constantFrom(null, "include" as const, "exclude" as const),
  });

const anyServices = fc.tuple(
  anyService("mail", "tcp", [[25], [25, 465]]),
  anyService("submission", "tcp", [
    [465, 587],
    [25, 587],
  ]),
  anyService("web", "tcp", [[80]]),
  anyService("names", "udp", [[53]]),
);
const serviceNames = ["mail", "submission", "web", "names"];

const anyDetecting: fc.Arbitrary<Detector> = fc.record({
  service: fc.constantFrom("mail", "mail", ...serviceNames),
  sessions: fc.constantFrom(1, 2, 2, 3, 4, 7, 16),
  period: fc.constantFrom(2, 10, 60),
  window: fc.constantFrom("fixed", "sliding"),
  hold: fc.constantFrom(0, 0, 5),
  count: fc.constantFrom("attempts", "attempts", "established"),
  actions: fc.constantFrom(["report"], ["block"], ["report", "block"], ["block", "cut"], ["block", "reset"]),
} as const);

/** UDP has no handshake to complete. */
const anyDetector: fc.Arbitrary<Detector> = anyDetecting.map((detector) =>
  detector.service === "names" ? { ...detector, count: "attempts" } : detector,
);

/** The configuration is in order: that of names, and of numbers by size. */
const inOrder = new Intl.Collator("en", { numeric: true });
const keyOf = ({ service, period, window, count }: Detector) => `${service} ${period} ${window} ${count}`;

/** No two of one way of counting. */
const anyDetectors = fc
  .uniqueArray(anyDetector, { maxLength: 5, selector: keyOf })
  .map((detectors) => detectors.sort((a, b) => inOrder.compare(keyOf(a), keyOf(b))));

const anyOverridden = fc.constantFrom(null, null, null, "mail", "web", "all");

export const anyRules: fc.Arbitrary<Rules> = fc.record({
  groups: fc.constant(groups),
  services: anyServices,
  homeServers: fc.constantFrom(["203.0.113.0/24"], ["192.0.2.0/24"], ["192.0.2.25/32", "2001:4860:25::/48"]),
  packages: fc.tuple(
    fc.record({ id: fc.constant(0), detectors: anyDetectors }),
    fc.record({ id: fc.constant(9), detectors: anyDetectors }),
  ),
  business: fc.constantFrom(0, 9),
  offices: fc.constantFrom(["10.7.0.1/32", "2001:db8:7:1::/64"], ["10.0.0.0/8"]),
  exempt: anyOverridden,
  blocked: anyOverridden,
});

/** Of mail only the first passes in an hour; `cut`: and not even that goes on. */
export function harshRules(cut: boolean): Rules {
  const harsh: Detector = {
    ...({ service: "mail", sessions: 1, period: 3600, window: "fixed", hold: 0, count: "attempts" } as const),
    actions: cut ? ["block", "cut"] : ["block"],
  };
  return {
    groups,
    services: [{ name: "mail", protocol: "tcp", ports: [25], initiator: "subscriber", zone: null }],
    homeServers: ["192.0.2.0/24"],
    packages: [{ id: 0, detectors: [harsh] }],
    ...{ business: 0, offices: ["10.7.0.1/32"], exempt: null, blocked: null },
  };
}

/** A frame at a time, in milliseconds, on the side that it comes in on. */
export interface TimedFrame {
  readonly atMs: number;
  readonly side: "subscriber" | "network";
  readonly bytes: Uint8Array;
}

const kinds = { mail: 25, submission: 465, "submission, late": 587, page: 80, lookup: 53, silence: 25, inbound: 25 };

function conversationOf(kind: keyof typeof kinds, home: Host, far: Host): Conversation {
  if (kind === "lookup") return mxLookup(home, far);
  if (kind === "silence") return opening(home, far);
  const [client, server] = kind === "inbound" ? [far, home] : [home, far];
  return mail(client, server, { subject: kind, bodyLength: 300 });
}

const anySession = fc.record({
  // All within two minutes: nobody's watch is forgotten.
  atMs: fc.integer({ min: 1000, max: 85_000 }),
  /** Between two of its packets: a session lasts up to half a minute. */
  gapMs: fc.constantFrom(1, 50, 1500),
  kind: fc.constantFrom(...(["mail", "mail", "mail", ...Object.keys(kinds)] as (keyof typeof kinds)[])),
  address: fc.constantFrom(...subscribers),
  server: fc.constantFrom(0, 1),
});

function framesOf(
  sessions: readonly (typeof anySession extends fc.Arbitrary<infer Session> ? Session : never)[],
): TimedFrame[] {
  const frames = sessions.flatMap(({ atMs, gapMs, kind, address, server }, n) => {
    const ports = kind === "inbound" ? [25, 10_000 + n] : [10_000 + n, kinds[kind]];
    const home: Host = { side: "subscriber", address, port: ports[0] ?? 0 };
    const far = servers[address.includes(":") ? "IPv6" : "IPv4"][server] ?? "";
    const { sent } = conversationOf(kind, home, { side: "network", address: far, port: ports[1] ?? 0 });
    return sent.map(({ from, datagram }, packet): TimedFrame => {
      const bytes = Uint8Array.from([...Array(12).fill(2), ...untagged(ipPacket(datagram), from)]);
      return { atMs: atMs + packet * gapMs, side: from, bytes };
    });
  });
  return frames.sort((a, b) => a.atMs - b.atMs);
}

export const anyTraffic: fc.Arbitrary<TimedFrame[]> = fc
  .array(anySession, { minLength: 60, maxLength: 120, size: "max" })
  .map(framesOf);

/** Rules from a time on; those at 0 are the first. */
export type Commits = readonly (readonly [atMs: number, rules: Rules])[];

export const anyCommits: fc.Arbitrary<Commits> = fc
  .tuple(
    anyRules,
    fc.array(fc.tuple(fc.integer({ min: 1000, max: 110_000 }), anyRules), { minLength: 2, maxLength: 6, size: "max" }),
  )
  .map(([first, later]) => [[0, first] as const, ...later.sort(([a], [b]) => a - b)] as const);
