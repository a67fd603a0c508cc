// The policy's bytes, made in TypeScript and read in C: every kind of configuration line has the effect that it promises.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { policyBlob } from "../../mgmt/engine/policy_blob.ts";
import { missingIds } from "../../mgmt/engine/policy_ids.ts";
import type { Engine } from "../../mgmt/replay/engine.ts";
import { tcp, udp } from "./frames.ts";
import { configurationOf, engineOf, policyOf } from "./policies.ts";

const START = 1_000_000;

interface Attempt {
  readonly from?: string;
  readonly to?: string;
  readonly port?: number;
  readonly protocol?: "tcp" | "udp";
  readonly opener?: "subscriber" | "network";
}

/** Opens three sessions alike: under a quota of one in their service, the second and third are refused. */
function isCounted(engine: Engine, { from = "10.0.0.1", to = "192.0.2.1", port = 25, ...rest }: Attempt = {}): boolean {
  const { protocol = "tcp", opener = "subscriber" } = rest;
  const make = protocol === "tcp" ? tcp : udp;
  // Only what a subscriber sends makes a subscriber.
  engine.packet(udp({ from, fromPort: 1, to, toPort: 1 }), "subscriber", 0, START);
  const verdicts = [2000, 2001, 2002].map((fromPort) => {
    const bytes =
      opener === "subscriber"
        ? make({ from, fromPort, to, toPort: port })
        : make({ from: to, fromPort, to: from, toPort: port });
    return engine.packet(bytes, opener, 0, START).verdict;
  });
  return verdicts.join() === "forward,refuse,refuse";
}

const quotaOfOne = "detect sessions 1 period 60 window fixed action report block";

function mailEngine({ service = "protocol tcp port 25", before = "", lineCard = "" } = {}): Engine {
  return engineOf(`
${before}
service counted
 ${service}
package 0
 mass-mailing service counted
  ${quotaOfOne}
interface LineCard 0
 subscriber anonymous-group name "homes" IP-range 10.0.0.0/8
 subscriber anonymous-group name "homes6" IP-range 2001:db8::/32
 ${lineCard}
`);
}

test("protocol and ports decide what a service counts", (t) => {
  const service = "protocol tcp port 25,465-587";
  for (const port of [25, 465, 500, 587]) t.true(isCounted(mailEngine({ service }), { port }), `${port}`);
  for (const port of [24, 26, 464, 588]) t.false(isCounted(mailEngine({ service }), { port }), `${port}`);
  t.false(isCounted(mailEngine({ service }), { protocol: "udp" }));
  t.true(isCounted(mailEngine({ service: "protocol udp port 53" }), { protocol: "udp", port: 53 }));
});

test("the initiator decides whose sessions a service counts", (t) => {
  const counts = (initiator: string, opener: "subscriber" | "network") =>
    isCounted(mailEngine({ service: `protocol tcp port 25\n initiator ${initiator}` }), { opener });
  t.deepEqual([counts("subscriber", "subscriber"), counts("subscriber", "network")], [true, false]);
  t.deepEqual([counts("network", "subscriber"), counts("network", "network")], [false, true]);
  t.deepEqual([counts("either", "subscriber"), counts("either", "network")], [true, true]);
});

test("a zone's addresses are the only ones of a service that includes it, and none of one that excludes it", (t) => {
  const before = "zone other\n ip 198.51.100.0/24\nzone home\n ip 192.0.2.0/25\n ip 2001:db8:25::/64";
  const counts = (relation: string, to: string, from = "10.0.0.1") =>
    isCounted(mailEngine({ before, service: `protocol tcp port 25\n zone ${relation} home` }), { to, from });
  t.deepEqual([counts("include", "192.0.2.127"), counts("include", "192.0.2.128")], [true, false]);
  t.deepEqual([counts("exclude", "192.0.2.127"), counts("exclude", "192.0.2.128")], [false, true]);
  t.deepEqual([counts("include", "2001:db8:25::9", "2001:db8::1"), counts("include", "198.51.100.1")], [true, false]);
});

test("a zone of all IPv6 addresses holds no IPv4 address", (t) => {
  for (const prefix of ["::/0", "::/64", "::/95"]) {
    const engine = () =>
      mailEngine({ before: `zone six\n ip ${prefix}`, service: "protocol tcp port 25\n zone include six" });
    t.false(isCounted(engine(), { to: "192.0.2.1" }), prefix);
    const inside = prefix === "::/0" ? "2001:4860::25" : "::25";
    t.true(isCounted(engine(), { from: "2001:db8::1", to: inside }), prefix);
  }
});

test("an anonymous group's range decides who is a subscriber", (t) => {
  t.true(isCounted(mailEngine(), { from: "10.255.255.255" }));
  t.false(isCounted(mailEngine(), { from: "11.0.0.0" }));
  t.true(isCounted(mailEngine(), { from: "2001:db8:ffff::1", to: "2001:4860::25" }));
  t.false(isCounted(mailEngine(), { from: "2001:db9::1", to: "2001:4860::25" }));
});

test("where groups overlap the longest wins, and its template leads to its package", (t) => {
  const engine = () =>
    engineOf(`
service mail
 protocol tcp port 25
package 0
package 7
 mass-mailing service mail
  ${quotaOfOne}
interface LineCard 0
 subscriber template 4 package 7
 subscriber anonymous-group name "wide" IP-range 10.0.0.0/8
 subscriber anonymous-group name "narrow" IP-range 10.1.0.0:0xffff0000 template 4
`);
  t.false(isCounted(engine(), { from: "10.0.0.1" }));
  t.true(isCounted(engine(), { from: "10.1.0.1" }));
  t.false(isCounted(engine(), { from: "10.2.0.1" }));
});

test("a group's prefix-length decides how much of an IPv6 address is one subscriber", (t) => {
  const engine = mailEngine({
    lineCard: 'subscriber anonymous-group name "sites" IP-range 2001:db8:1::/48 prefix-length 56',
  });
  const open = (from: string) =>
    engine.packet(tcp({ from, fromPort: 2000, to: "2001:4860::25", toPort: 25 }), "subscriber", 0, START).verdict;
  t.deepEqual(["2001:db8:1:0::1", "2001:db8:1:ff::1", "2001:db8:1:100::1"].map(open), ["forward", "refuse", "forward"]);
});

test("threshold, period and actions are the detector's", (t) => {
  const verdicts = (detect: string) => {
    const engine = engineOf(`
service mail
 protocol tcp port 25
package 0
 mass-mailing service mail
  detect ${detect}
interface LineCard 0
 subscriber anonymous-group name "homes" IP-range 10.0.0.0/8
`);
    const open = (fromPort: number, afterMs: number) =>
      engine.packet(tcp({ from: "10.0.0.1", fromPort, to: "192.0.2.1", toPort: 25 }), "subscriber", 0, START + afterMs)
        .verdict;
    return [open(1, 0), open(2, 0), open(3, 0), open(4, 1999), open(5, 2000), engine.counters().breaches];
  };
  const [f, r] = ["forward", "refuse"];
  t.deepEqual(verdicts("sessions 2 period 2 window fixed action block"), [f, f, r, r, f, 1]);
  t.deepEqual(verdicts("sessions 3 period 3 window fixed action report block"), [f, f, f, r, r, 1]);
  t.deepEqual(verdicts("sessions 2 period 2 window fixed action report"), [f, f, f, f, f, 1]);
});

test("each of a package's detectors counts its own service", (t) => {
  const engine = engineOf(`
service mail
 protocol tcp port 25
service web
 protocol tcp port 80
package 0
 mass-mailing service mail
  detect sessions 1 period 60 window fixed action block
 mass-mailing service web
  detect sessions 2 period 60 window fixed action block
interface LineCard 0
 subscriber anonymous-group name "homes" IP-range 10.0.0.0/8
`);
  const open = (toPort: number) => (fromPort: number) =>
    engine.packet(tcp({ from: "10.0.0.1", fromPort, to: "192.0.2.1", toPort }), "subscriber", 0, START).verdict;
  t.deepEqual([1, 2, 3].map(open(25)), ["forward", "refuse", "refuse"]);
  t.deepEqual([1, 2, 3].map(open(80)), ["forward", "forward", "refuse"]);
  t.deepEqual([1, 2, 3].map(open(443)), ["forward", "forward", "forward"]);
});

test("the aging timeout decides when a subscriber is forgotten, and 'no' that none is", (t) => {
  const forgotten = (lineCard: string, minutes: number) => {
    const engine = mailEngine({ lineCard });
    engine.packet(tcp({ from: "10.0.0.1", fromPort: 2000, to: "192.0.2.1", toPort: 25 }), "subscriber", 0, START);
    // His breach is over after a minute, and an unanswered opening holds nobody; a round over all records takes 16 s.
    engine.advance(START + minutes * 60_000 - 1);
    const before = engine.counters().subscribers_expired;
    engine.advance(START + minutes * 60_000 + 16_000);
    return [before, engine.counters().subscribers_expired];
  };
  t.deepEqual(forgotten("subscriber aging anonymous timeout 5", 5), [0, 1]);
  t.deepEqual(forgotten("", 30), [0, 1]);
  t.deepEqual(forgotten("no subscriber aging anonymous", 100_000), [0, 0]);
});

test("a link's mode decides whether its packets are judged, pass or stay", (t) => {
  const engine = engineOf(`
service mail
 protocol tcp port 25
package 0
 mass-mailing service mail
  ${quotaOfOne}
interface LineCard 0
 link mode 1 bypass
 link mode 2 cutoff
 subscriber anonymous-group name "homes" IP-range 10.0.0.0/8
`);
  const open = (link: number) => {
    const from = `10.0.0.${link + 1}`;
    return [1, 2].map(
      (fromPort) =>
        engine.packet(tcp({ from, fromPort, to: "192.0.2.1", toPort: 25 }), "subscriber", link, START).verdict,
    );
  };
  t.deepEqual([0, 1, 2, 3].map(open), [
    ["forward", "refuse"],
    ["forward", "forward"],
    ["cutoff", "cutoff"],
    ["forward", "refuse"],
  ]);
});

test("an incomplete service matches nothing", (t) => {
  const engine = engineOf(`
service started
package 0
interface LineCard 0
 subscriber anonymous-group name "homes" IP-range 10.0.0.0/8
`);
  const { session } = engine.packet(
    tcp({ from: "10.0.0.1", fromPort: 1, to: "192.0.2.1", toPort: 25 }),
    "subscriber",
    0,
    START,
  );
  t.deepEqual(session?.services, []);
});

test("the addresses of an incomplete group are nobody's, unless another group has them", (t) => {
  const inert = 'subscriber anonymous-group name "begun" IP-range 11.0.0.0/8 template 4';
  const inside = 'subscriber anonymous-group name "inside" IP-range 10.1.0.0/16 template 4';
  const engine = () => mailEngine({ lineCard: `${inert}\n ${inside}` });
  t.false(isCounted(engine(), { from: "11.0.0.1" }));
  t.true(isCounted(engine(), { from: "10.1.0.1" }));
});

test("built-in services are counted by their names, and off-net leaves the home servers out", (t) => {
  const engine = (service: string) =>
    engineOf(`
zone home
 ip 192.0.2.25
service web
 protocol tcp port 25
package 0
 mass-mailing service ${service}
  ${quotaOfOne}
interface LineCard 0
 subscriber anonymous-group name "homes" IP-range 10.0.0.0/8
 mass-mailing home-servers zone home
`);
  const counts = (service: string, attempt: Attempt) => isCounted(engine(service), attempt);
  t.deepEqual([counts("smtp", { opener: "network" }), counts("smtp-outbound", { opener: "network" })], [true, false]);
  t.deepEqual([counts("smtp-off-net", {}), counts("smtp-off-net", { to: "192.0.2.25" })], [true, false]);
  t.deepEqual(
    [465, 587, 25].map((port) => counts("submission", { port })),
    [true, true, false],
  );
  t.deepEqual([counts("dns", { port: 53, protocol: "udp" }), counts("http", { port: 80 })], [true, true]);
});

test("zones of subscribers are exempt or blocked, in one service or in all, and force-block goes before exempt", (t) => {
  const verdicts = (...lines: readonly string[]) => {
    const engine = engineOf(`
zone business
 ip 10.7.0.0/16
package 0
 mass-mailing service smtp
  ${quotaOfOne}
 mass-mailing service http
  ${quotaOfOne}
interface LineCard 0
 subscriber anonymous-group name "homes" IP-range 10.0.0.0/8
 ${lines.join("\n ")}
`);
    const open = (from: string, toPort: number) =>
      [1, 2].map(
        (fromPort) =>
          engine.packet(tcp({ from, fromPort, to: "192.0.2.1", toPort }), "subscriber", 0, START).verdict === "forward",
      );
    const [mail, web] = [open("10.7.0.1", 25), open("10.7.0.1", 80)];
    t.deepEqual(open("10.8.0.1", 25), [true, false]);
    return { mail, web };
  };
  const [passes, counted, refused] = [
    [true, true],
    [true, false],
    [false, false],
  ];
  t.deepEqual(verdicts("mass-mailing exempt zone business"), { mail: passes, web: passes });
  t.deepEqual(verdicts("mass-mailing exempt zone business service smtp"), { mail: passes, web: counted });
  t.deepEqual(verdicts("mass-mailing force-block zone business service http"), { mail: counted, web: refused });
  t.deepEqual(verdicts("mass-mailing exempt zone business", "mass-mailing force-block zone business service http"), {
    mail: passes,
    web: refused,
  });
});

test("window, hold, count and actions of a detector are the bytes that the fast path reads", (t) => {
  const bytes = (words: string) => {
    const { policy } = policyOf(`package 0\n mass-mailing service smtp\n detect sessions 10 period 60 ${words}`);
    const detector = Buffer.from(policy.subarray(policy.length - 24));
    return [detector.readUInt32LE(16), ...detector.subarray(20)];
  };
  t.deepEqual(bytes(""), [0, 1, 1, 1, 0]);
  t.deepEqual(bytes("window sliding hold 86400 count established"), [86_400_000, 1, 2, 1, 1]);
  t.deepEqual(bytes("action report block reset cut"), [0, 1, 1, 1 | 2 | 4 | 16, 0]);
  t.deepEqual(bytes("action block reset-both"), [0, 1, 1, 2 | 4 | 8, 0]);
});

test("the engine takes the policy of every configuration that is accepted", async (t) => {
  const folder = join(import.meta.dirname, "../config/accepted");
  for (const name of ["abbreviated", "edge", "empty", "incomplete-objects", "mass-mailing", "sce-form"]) {
    const text = await readFile(join(folder, `${name}.conf`), "utf8");
    t.notThrows(() => engineOf(text), name);
  }
});

// Offsets and sizes of dataplane/core/policy_blob.h, which asserts them too.
test("a policy has the length and the header that its arrays ask for", (t) => {
  const configuration = configurationOf(`
zone home
 ip 192.0.2.25/32
 ip 2001:db8:25::/64
service mail
 protocol tcp port 25,465-587
 zone exclude home
service web
 protocol tcp port 80
package 0
 mass-mailing service mail
  detect sessions 10 period 60 window fixed action report block
interface LineCard 0
 link mode 3 cutoff
 subscriber anonymous-group name "homes" IP-range 10.0.0.0/8
 subscriber aging anonymous timeout 7
`);
  const blob = Buffer.from(policyBlob(configuration, missingIds(configuration, new Map()), 0x01020304, []));
  const [zonePrefixes, groups, services, portRanges, packages, detectors] = [2, 1, 2, 3, 1, 1];
  const sizes = [
    24 * zonePrefixes,
    24 * groups,
    12 * groups,
    16 * services,
    4 * portRanges,
    20 * packages,
    24 * detectors,
  ];
  t.is(
    blob.length,
    sizes.reduce((sum, size) => sum + size, 60),
  );
  t.is(blob.toString("latin1", 0, 8), "PSTNPOL2");
  const words = Array.from({ length: 12 }, (_, index) => blob.readUInt32LE(8 + 4 * index));
  const ageingSeconds = 7 * 60;
  t.deepEqual(words, [blob.length, 0x01020304, 2, 1, 1, 2, 3, 1, 1, 0, 0, ageingSeconds]);
  t.deepEqual([...blob.subarray(56, 60)], [0, 0, 0, 2]);
});

test("a policy that was cut or changed is refused with a sentence", (t) => {
  const { policy } = policyOf("package 0");
  const refused = (bytes: Uint8Array) => t.throws(() => engineOf("").apply(bytes), { name: "Sentence" })?.message;
  t.is(refused(policy.subarray(0, 59)), "The policy is refused: its length is out of range.");
  t.is(refused(policy.subarray(0, 64)), "The policy is refused: its length does not fit its contents.");
  t.is(
    refused(Uint8Array.from(policy, (byte, at) => (at === 7 ? 0x33 : byte))),
    "The policy is refused: it is not a policy of this version.",
  );
});
