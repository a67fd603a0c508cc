// What would be done with a session, from the lines of a configuration to those for a person; the engine's own code decides.
import test from "ava";
import { classifiedLines } from "../../cli/views/classify.ts";
import { usableGroups } from "../../mgmt/config/sections/anonymous-groups.ts";
import type { Override } from "../../mgmt/overrides/override.ts";
import { classified, type Question } from "../../mgmt/policy/classify.ts";
import { preparePolicy } from "../../mgmt/policy/prepare.ts";
import { GroupIndex } from "../../mgmt/subscribers/group_index.ts";
import { configurationOf } from "../core/policies.ts";

const configuration = configurationOf(`
zone home-mail
 ip 192.0.2.25
zone business
 ip 10.7.0.0/16
service inbound
 protocol tcp port 20-30
 initiator network
package 0 name "residential"
 mass-mailing service smtp-off-net
  detect sessions 10 period 60 action report block
  detect sessions 100 period 3600 window sliding hold 600 count established
 mass-mailing service inbound
package 7
interface LineCard 0
 subscriber anonymous-group name "homes" IP-range 10.0.0.0/8
 subscriber anonymous-group name "homes6" IP-range 2001:db8::/32
 mass-mailing home-servers zone home-mail
 mass-mailing exempt zone business
 mass-mailing force-block zone business service smtp
`);

const NOW = { now: 1_000_000, nowMs: 1000 };

/** Mapped to a name, and in no group. */
const customer = "203.0.113.7";
const NAMED = { name: "cust-1001", address: "100::2a", package: 7 };

function ask(question: Partial<Question>, overrides: readonly Override[] = []) {
  const known = new Map<string, number>();
  const add = (more: ReadonlyMap<string, number>) => {
    for (const [key, id] of more) known.set(key, id);
  };
  const policy = preparePolicy(configuration, { all: () => known, add }, 1, { overrides, moment: NOW });
  const groups = new GroupIndex(usableGroups(configuration));
  const subscribers = {
    groupOf: (address: string) => groups.groupOf(address),
    nameWith: async (address: string) => (address === customer ? NAMED : undefined),
  };
  const whole = { from: "10.0.0.1", to: "192.0.2.1", protocol: "tcp", serverPort: 25, ...question } as const;
  return classified(whole, policy, subscribers, NOW.nowMs);
}

async function told(question: Partial<Question>, overrides?: readonly Override[]): Promise<string> {
  return classifiedLines({ ...(await ask(question, overrides)), refusing: true }).join("\n");
}

test("a person is told whose a session is, which services it is in, which not and why, and what counts it", async (t) => {
  t.is(
    await told({}),
    `\
Subscriber      : 10.0.0.1
Opened by       : the subscriber
Anonymous group : "homes"
Template        : 0
Package         : 0 "residential"

SERVICE       IN IT  WHY
inbound       no     only what the network opens
smtp          yes    nothing of it is counted: his package does not name it
smtp-off-net  yes    measured

COUNTED BY                                               IN            ACTION
10 sessions in 60 s                                      smtp-off-net  report block
100 established sessions in any 3,600 s, held for 600 s  smtp-off-net  report

It passes, unless he is in breach of one of these detectors that blocks.`,
  );
});

test("mail to the home servers is not off-net, and what others open is not his", async (t) => {
  const verdicts = async (question: Partial<Question>) => {
    const { opener, services } = await ask(question);
    return [opener, ...services.map(({ name, verdict }) => `${name} ${verdict}`)];
  };
  t.deepEqual(await verdicts({ to: "192.0.2.25" }), [
    ...["subscriber", "inbound other-side", "smtp unmeasured", "smtp-off-net other-zone"],
  ]);
  t.deepEqual(await verdicts({ from: "192.0.2.1", to: "10.0.0.1" }), [
    ...["network", "inbound measured", "smtp unmeasured", "smtp-off-net other-side"],
  ]);
  t.deepEqual(await verdicts({ serverPort: 20 }), ["subscriber", "inbound other-side"]);
  t.deepEqual(await verdicts({ protocol: "udp" }), ["subscriber"]);
});

test("a zone of subscribers is exempt, but for what is refused it", async (t) => {
  const lines = (await told({ from: "10.7.0.1" })).split("\n").slice(-6);
  t.deepEqual(lines, [
    "smtp          yes    refused by an override",
    "smtp-off-net  yes    exempt by an override: neither counted nor refused",
    "",
    'A line "mass-mailing ... zone" exempts smtp-off-net and refuses smtp.',
    "",
    "It is refused.",
  ]);
});

test("an override that people made is told by its number, and gives another package", async (t) => {
  const decision = { madeAt: 0, madeBy: "alice", madeFrom: "console", reason: "asked", until: null, ended: null };
  const rule = { kind: "assign", prefix: "10.0.0.1/32", name: null, zone: null, service: null, package: 7 } as const;
  const found = await ask({}, [{ ...rule, ...decision, number: 12 }]);
  t.deepEqual([found.subscriber?.package, found.detectors], [{ id: 7, name: null }, []]);
  t.like(found.overrides[0], { number: 12, givesPackage: true });
});

test("an address in no group is nobody's, and two families are no session", async (t) => {
  t.is(
    await told({ from: "11.0.0.1" }),
    "Neither 11.0.0.1 nor 192.0.2.1 is a subscriber's: it passes, and nothing is counted.",
  );
  const refused = await t.throwsAsync(ask({ to: "2001:db8::1" }), { name: "Sentence" });
  t.regex(refused?.message ?? "", /two addresses of one family/);
});

test("an address of a name is told by the name, and has the name's package", async (t) => {
  t.is(
    (await told({ from: customer })).split("\n\n")[0],
    `\
Subscriber : cust-1001
Opened by  : the subscriber
Package    : 7`,
  );
});
