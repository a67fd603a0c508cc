// What a policy says of a session before there is one: by the same code as for packets, overrides and their times included.

import test from "ava";
import fc from "fast-check";
import { classify, type SupposedSession } from "../../mgmt/engine/classify.ts";
import type { PolicyOverride } from "../../mgmt/engine/policy_override.ts";
import { Engine } from "../../mgmt/replay/engine.ts";
import { addressOfName } from "../../mgmt/subscribers/name-address.ts";
import { tcp, udp } from "./frames.ts";
import { policyOf } from "./policies.ts";

const NOW_MS = 1_000_000;

const configuration = `
zone home-servers
 ip 203.0.113.0/24
zone offices
 ip 10.7.0.0/16
service smtp
 protocol tcp port 25
service off-net
 protocol tcp port 25
 initiator subscriber
 zone exclude home-servers
service dns
 protocol udp port 53
package 0
 mass-mailing service smtp
  detect sessions 1 period 60 window fixed action report block
package 9
 mass-mailing service off-net
  detect sessions 2 period 60 window fixed action report
 mass-mailing service dns
  detect sessions 3 period 60 window fixed action report
interface LineCard 0
 subscriber template 4 package 9
 subscriber anonymous-group name "homes" IP-range 10.0.0.0/8
 subscriber anonymous-group name "firms" IP-range 10.7.0.0/16 template 4
 subscriber anonymous-group name "homes6" IP-range 2001:db8::/32
`;
// Services are in the order of their names.
const [DNS, OFF_NET, SMTP] = [0, 1, 2];

const mail: SupposedSession = {
  subscriber: "10.0.0.1",
  network: "192.0.2.1",
  protocol: "tcp",
  serverPort: 25,
  opener: "subscriber",
  name: null,
};

function overriding(number: number, fields: Partial<PolicyOverride>): PolicyOverride {
  const target = { prefix: "10.0.0.1/32" };
  return { number, target, package: null, exempt: [], blocked: [], untilMs: null, ...fields };
}

function ask(session: Partial<SupposedSession>, overrides: readonly PolicyOverride[] = [], nowMs = NOW_MS) {
  return classify(policyOf(configuration, new Map(), overrides).policy, { ...mail, ...session }, nowMs);
}

test("a session is told its subscriber, package, services and detectors", async (t) => {
  const { ids } = policyOf(configuration);
  t.deepEqual(await ask({}), {
    subscriber: {
      group: 1,
      template: 0,
      package: 0,
      address: "10.0.0.1",
      prefixLength: 32,
      measured: [SMTP],
      detectors: [...ids].filter(([key]) => key.includes('"detector",0,"smtp"')).map(([, id]) => id),
    },
    services: [OFF_NET, SMTP],
    exempt: [],
    blocked: [],
    overrides: [],
  });
  const firm = await ask({ subscriber: "10.7.0.1", protocol: "udp", serverPort: 53 });
  t.deepEqual([firm.subscriber?.template, firm.subscriber?.package, firm.services], [4, 9, [DNS]]);
  const six = await ask({ subscriber: "2001:db8:1:2:3::4", network: "2001:4860::25" });
  t.deepEqual([six.subscriber?.address, six.subscriber?.prefixLength], ["2001:db8:1:2::", 64]);
});

test("who opens it, to where, decides its services, and an address in no group is nobody's", async (t) => {
  t.deepEqual((await ask({ opener: "network" })).services, [SMTP]);
  t.deepEqual((await ask({ network: "203.0.113.9" })).services, [SMTP]);
  t.deepEqual((await ask({ serverPort: 26 })).services, []);
  const stranger = await ask({ subscriber: "11.0.0.1" });
  t.deepEqual([stranger.subscriber, stranger.services], [null, [OFF_NET, SMTP]]);
});

test("the overrides that do something are told in the order in which they decide", async (t) => {
  const overrides = [
    overriding(1, { target: { prefix: "10.0.0.0/8" }, blocked: "all", package: 9 }),
    overriding(2, { exempt: ["smtp"] }),
    overriding(3, { target: { zone: "offices" }, exempt: "all" }),
    overriding(4, { exempt: ["dns"] }),
  ];
  const { subscriber, ...answer } = await ask({}, overrides);
  t.deepEqual(answer, {
    services: [OFF_NET, SMTP],
    exempt: [SMTP],
    blocked: [OFF_NET],
    overrides: [
      { number: 2, givesPackage: false, exempt: [SMTP], blocked: [] },
      { number: 1, givesPackage: true, exempt: [], blocked: [OFF_NET] },
    ],
  });
  t.deepEqual([subscriber?.package, subscriber?.measured], [9, [OFF_NET]]);
  const office = await ask({ subscriber: "10.7.0.1" }, overrides.slice(2));
  t.deepEqual([office.exempt, office.overrides.map(({ number }) => number)], [[OFF_NET, SMTP], [3]]);
  t.deepEqual(office.subscriber?.detectors, []);
});

test("an override ends at its time, and one of what the configuration has not does nothing", async (t) => {
  const untilMs = 2 ** 33 + 5;
  const overrides = [
    overriding(1, { exempt: "all", untilMs }),
    overriding(2, { target: { zone: "gone" }, blocked: "all" }),
    overriding(3, { package: 77, blocked: ["gone"] }),
  ];
  t.deepEqual((await ask({}, overrides, untilMs - 1)).exempt, [OFF_NET, SMTP]);
  const after = await ask({}, overrides, untilMs);
  t.deepEqual([after.exempt, after.blocked, after.overrides, after.subscriber?.package], [[], [], [], 0]);
});

test("a policy that is none is refused with a sentence", async (t) => {
  await t.throwsAsync(classify(new Uint8Array(10), mail, NOW_MS), {
    message: "The policy is refused: its length is out of range.",
  });
  await t.throwsAsync(async () => ask({ subscriber: "10.0.0" }), { message: "10.0.0 is no address." });
  await t.throwsAsync(async () => ask({ serverPort: 65536 }), { message: "There is no port 65536." });
});

const anyAddress = fc.constantFrom("10.0.0.1", "10.0.0.2", "10.7.0.1", "11.0.0.1");
const anyServices = fc.oneof(fc.subarray(["smtp", "off-net", "dns"]), fc.constant("all" as const));
const anyOverride = fc.record({
  number: fc.nat(99),
  target: fc.oneof(
    fc.record({ prefix: fc.constantFrom("10.0.0.0/8", "10.0.0.0/31", "10.0.0.1/32", "0.0.0.0/0") }),
    fc.constant({ zone: "offices" }),
  ),
  package: fc.constantFrom(null, 0, 9),
  exempt: anyServices,
  blocked: anyServices,
  untilMs: fc.constantFrom(null, NOW_MS, NOW_MS + 1),
});

test("what is said of a session is what its first packet is judged by", async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyOverride, { maxLength: 5 }),
      anyAddress,
      fc.constantFrom("192.0.2.1", "203.0.113.9"),
      fc.constantFrom("tcp" as const, "udp" as const),
      fc.constantFrom(25, 53, 80),
      async (overrides, subscriber, network, protocol, serverPort) => {
        const { policy } = policyOf(configuration, new Map(), overrides);
        const engine = new Engine({ policy, sessions: 10, subscribers: 10, watches: 10, detectors: 8 });
        const frame = (protocol === "tcp" ? tcp : udp)({
          from: subscriber,
          fromPort: 1024,
          to: network,
          toPort: serverPort,
        });
        const said = await classify(
          policy,
          { subscriber, network, protocol, serverPort, opener: "subscriber", name: null },
          NOW_MS,
        );
        const { verdict } = engine.packet(frame, "subscriber", 0, NOW_MS);
        t.is(verdict, said.blocked.length > 0 ? "refuse" : "forward");
        // Of one session, only package 0's detector declares a breach.
        const counted = said.subscriber?.package === 0 && said.services.includes(SMTP) && !said.exempt.includes(SMTP);
        t.is(engine.counters().breaches, counted && said.blocked.length === 0 ? 1 : 0);
      },
    ),
  );
});

test("an address of a name is judged by the name's package and overrides, in no group's", async (t) => {
  const name = { address: addressOfName(42), package: 9 };
  const ofName = overriding(3, { target: { prefix: "100::2a/128" }, blocked: ["smtp"] });
  const ofAddress = overriding(4, { exempt: "all" });
  t.like((await ask({ subscriber: "203.0.113.1", name })).subscriber, {
    ...{ group: null, template: null, package: 9, address: "100::2a", prefixLength: 128 },
  });
  const said = await ask({ name }, [ofAddress, ofName]);
  t.deepEqual([said.blocked, said.exempt], [[SMTP], [OFF_NET]], "what is said of the name goes first");
  t.is((await ask({ name: { ...name, package: 200 } })).subscriber?.package, 0, "in place of a package that is gone");
});
