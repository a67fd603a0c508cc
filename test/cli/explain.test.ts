// Why somebody is refused, or is not: explanations.txt has what is said in each of several situations.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { Context } from "../../cli/commands/exec.ts";
import { explainCommands } from "../../cli/commands/explain.ts";
import { explanationLines } from "../../cli/views/explain.ts";
import type { Breach, BreachEnd, DetectorName } from "../../mgmt/breaches/breach.ts";
import { OF_CONFIGURATION } from "../../mgmt/engine/policy_override.ts";
import { type ExplainFacts, explain } from "../../mgmt/explain/explain.ts";
import type { Explanation } from "../../mgmt/explain/findings.ts";
import type { JudgedOverride } from "../../mgmt/overrides/override.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import type { DetectorState, Subscriber } from "../../mgmt/subscribers/subscriber.ts";
import { whoeverHas, whomText } from "../../mgmt/subscribers/whom.ts";
import type { UsageRow } from "../../mgmt/usage/usage.ts";
import { ERROR_LIKE, NOT_ASCII, PROMPT_LIKE } from "./misleading.ts";

process.env.TZ = "UTC";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 30);
const minutes = (count: number) => 60_000 * count;
const days = (count: number) => minutes(1440 * count);

const residential = { package: 0, packageName: "residential", signal: "sessions" } as const;

function detector(changes: Partial<DetectorName> = {}): DetectorName {
  const limits = { threshold: 10, periodSeconds: 60, window: "fixed", holdSeconds: 0, count: "attempts" } as const;
  return { ...residential, service: "smtp-outbound", ...limits, actions: ["report", "block"], ...changes };
}

const reporting = detector({ service: "submission", threshold: 50, periodSeconds: 300, actions: ["report"] });

function state(name: DetectorName, changes: Partial<DetectorState> = {}): DetectorState {
  const period = { startedAt: NOW - 30_000, untilAt: NOW + 30_000, periodMs: 60_000 };
  return { id: 2, name, counted: 4, refused: 0, period, inBreach: false, breachedAt: null, ...changes };
}

function inBreach(name: DetectorName, changes: Partial<DetectorState> = {}): DetectorState {
  return state(name, { counted: name.threshold, refused: 290, inBreach: true, breachedAt: NOW - 27_000, ...changes });
}

const address = { address: "10.30.94.66", prefixLength: 32, outerVlan: 0, innerVlan: 0 };

/** Of a subscriber by name. */
const byName = {
  subscriber: { address: "100::2a", prefixLength: 128, outerVlan: 0, innerVlan: 0, name: "cust-1001" },
  ...{ group: null, template: null },
};

function subscriber(detectors: readonly DetectorState[], changes: Partial<Subscriber> = {}): Subscriber {
  const seen = { firstSeenAt: NOW - minutes(90), lastSeenAt: NOW - 1000, openSessions: 2 };
  const owner = { group: "LT4", template: 4, package: { id: 0, name: "residential" } };
  return { subscriber: address, via: null, ...owner, state: "clear", overrides: [], ...seen, detectors, ...changes };
}

function breach(changes: Partial<Breach> = {}): Breach {
  const to = (host: number, sessions: number) => ({
    ...{ address: `192.0.2.${host}`, port: 25, sessions, seenAt: NOW - 27_000 - 100 * host },
  });
  return {
    ...{ id: 12, region: "region-1", subscriber: address, detector: 2, name: detector() },
    ...{ periodStartedMs: 1, periodMs: 60_000, holdMs: 0 },
    ...{ startedAt: NOW - 27_000, untilAt: NOW + 30_000, endedAt: null, counted: 10, refused: 0 },
    ...{ destinations: [to(7, 4), to(8, 3), to(25, 3)], generation: 3, revision: 7, end: null },
    ...{ startEvent: null, endEvent: null },
    ...changes,
  };
}

const over: BreachEnd = { reason: "over", user: null, from: null, why: null, revision: null };

function past(ago: number, changes: Partial<Breach> = {}): Breach {
  const startedAt = NOW - ago;
  return breach({ id: 3, startedAt, untilAt: startedAt + 57_000, endedAt: startedAt + 57_000, end: over, ...changes });
}

function override(changes: Partial<JudgedOverride> = {}): JudgedOverride {
  return {
    ...{ number: 4, kind: "exempt", prefix: "10.30.94.66/32", name: null, zone: null, service: null, package: null },
    ...{ madeAt: NOW - minutes(90), madeBy: "anna", madeFrom: "192.0.2.7", reason: "his own mail server" },
    ...{ until: null, ended: null, idle: null },
    ...changes,
  };
}

function used(ago: number, sessions: number, service = "smtp-outbound"): UsageRow {
  const destinations = { count: Math.ceil(sessions / 2), isMore: false };
  const startedAt = NOW - 30_000 - minutes(ago);
  return { subscriber: address, service, startedAt, sessions, refused: 290, bytes: 1234 * sessions, destinations };
}

const sliding = detector({
  window: "sliding",
  holdSeconds: 300,
  count: "established",
  actions: ["block", "reset", "cut"],
});

/** The residential package with this detector of SMTP. */
function configurationWith(smtp: DetectorName) {
  const massMailing = [smtp, reporting].map((each) => ({ service: each.service, detectors: [each] }));
  const packages = [
    { id: 0, name: "residential", massMailing },
    { id: 1, name: "business", massMailing: [] },
  ];
  return { packages, templates: [{ id: 4, package: 0 }] } as unknown as ExplainFacts["configuration"];
}

const healthy = { alive: true, bypass: "none", links: [{ mode: "forwarding" }], startedAt: NOW - days(9), starts: 1 };

function facts(changes: Partial<ExplainFacts> = {}): ExplainFacts {
  return {
    ...{
      whom: whoeverHas("10.30.94.66"),
      now: NOW,
      configuration: configurationWith(detector()),
      group: { name: "LT4", template: 4 },
    },
    ...{
      subscribers: [],
      overrides: [],

      breaches: [],
      moreBreaches: false,
      usage: [],
      eventsLost: 0,
    },
    fastPath: healthy as never,
    ...changes,
  };
}

const blocked = subscriber([inBreach(detector())], { state: "blocked" });
const released = { ...over, reason: "released", user: "bert", from: "console", why: "he cleaned it up" } as const;

const scenes: Readonly<Record<string, ExplainFacts>> = {
  "Nothing is counted of him now": facts({ subscribers: [subscriber([])] }),
  "He is counted": facts({ subscribers: [subscriber([state(detector()), state(reporting, { id: 3, counted: 1 })])] }),
  "He is reported": facts({
    subscribers: [
      subscriber([
        inBreach(reporting, {
          id: 3,
          refused: 0,
          period: { startedAt: NOW - 30_000, untilAt: NOW + 270_000, periodMs: 60_000 },
        }),
      ]),
    ],
    breaches: [breach({ detector: 3, name: reporting, destinations: [] })],
  }),
  "He is counted in a sliding window": facts({
    configuration: configurationWith(sliding),
    subscribers: [
      subscriber([state(sliding, { period: { startedAt: NOW - 90_000, untilAt: null, periodMs: 60_000 } })]),
    ],
  }),
  "He is blocked until his period ends": facts({
    subscribers: [blocked],
    breaches: [breach(), past(days(2), { end: released }), past(days(3), { name: reporting }), past(days(40))],
    usage: [used(1, 6), used(2, 4), used(2, 0, "submission"), used(12, 99)],
  }),
  "He is blocked by a sliding window with a hold, resets and a cut": facts({
    configuration: configurationWith(sliding),
    subscribers: [
      subscriber(
        [inBreach(sliding, { period: { startedAt: NOW - 27_000, untilAt: NOW + 333_000, periodMs: 60_000 } })],
        {
          openSessions: 1,
        },
      ),
    ],
    breaches: [breach({ name: sliding })],
  }),
  "He is exempt while he is in breach": facts({
    subscribers: [blocked],
    overrides: [override({ service: "smtp-outbound", until: NOW + minutes(30) })],
  }),
  "He is blocked by force for a time, though his zone is exempt": facts({
    subscribers: [subscriber([])],
    overrides: [
      override({ kind: "force-block", until: NOW + days(1), madeBy: "bert", reason: "spam, ticket 4711" }),
      override({ number: 2, prefix: null, zone: "offices" }),
    ],
  }),
  "He is exempt with his whole zone, by the configuration": facts({
    subscribers: [subscriber([])],
    overrides: [override({ number: OF_CONFIGURATION, prefix: null, zone: "offices", service: "smtp-outbound" })],
  }),
  "A package was assigned to him, and an exemption of his is over": facts({
    subscribers: [subscriber([])],
    overrides: [
      override({ number: 5, kind: "assign", package: 1, reason: "moved to an office" }),
      override({ ended: { at: NOW - days(1), by: "system", reason: "" }, until: NOW - days(1) }),
    ],
  }),
  "He was not seen lately": facts(),
  "An address in no group": facts({ whom: whoeverHas("192.0.2.99"), group: null }),
  "An address of a subscriber by name, in breach": facts({
    subscribers: [{ ...blocked, ...byName, via: { address: "10.30.94.66", prefixLength: 32, tags: null } }],
    breaches: [breach(byName)],
  }),
  "A subscriber by name who is exempt": facts({
    ...{ whom: { address: "100::2a", name: "cust-1001" }, group: null, subscribers: [subscriber([], byName)] },
    overrides: [override({ prefix: "100::2a/128", name: "cust-1001" })],
  }),
  "A name that the fast path was not given": facts({ whom: { address: "100::2a", name: "cust-1001" }, group: null }),
  "Two subscribers have the address, in VLANs": facts({
    subscribers: [
      { ...blocked, subscriber: { ...address, outerVlan: 100, innerVlan: 7 } },
      subscriber([], { subscriber: { ...address, outerVlan: 101 } }),
    ],
    breaches: [breach({ subscriber: { ...address, outerVlan: 100, innerVlan: 7 } })],
  }),
  "No link is forwarding, the fast path was restarted and events were lost": facts({
    subscribers: [blocked],
    eventsLost: 7,
    usage: null,
    fastPath: { ...healthy, links: [{ mode: "bypass" }], starts: 2, startedAt: NOW - minutes(2) } as never,
  }),
  "Every link is cut off": facts({ fastPath: { ...healthy, links: [{ mode: "cutoff" }] } as never }),
  "There is no fast path": facts({ fastPath: null, breaches: [past(days(2))] }),
};

const golden = readFileSync(join(import.meta.dirname, "explanations.txt"), "utf8");

test("each situation is explained as written in explanations.txt", (t) => {
  const said = Object.entries(scenes).map(([title, each]) => {
    const lines = explanationLines({ who: whomText(each.whom), explanations: explain(each) });
    return [`== ${title}`, "", ...lines, ""].join("\n");
  });
  t.is(said.join("\n"), golden);
});

test("no explanation misleads a tool or has spaces at a line's end", (t) => {
  const lines = golden.split("\n").filter((line) => !line.startsWith("== "));
  const misleading = [PROMPT_LIKE, ERROR_LIKE, NOT_ASCII, /\s$/];
  t.deepEqual(
    lines.filter((line) => misleading.some((pattern) => pattern.test(line))),
    [],
  );
});

interface Asked {
  readonly subscribers?: readonly Subscriber[];
  readonly fastPath?: unknown;
  readonly usage?: () => Promise<readonly UsageRow[]>;
}

/** What the command makes of an appliance that knows this. */
async function explained(args: object, { subscribers = [], fastPath = healthy, usage = async () => [] }: Asked) {
  const [command] = explainCommands;
  const appliance = {
    status: () => ({ fastPath, daemon: { eventsLost: 0 } }),
    subscribers: {
      async *find() {
        yield subscribers;
      },
      groupOf: () => ({ name: "LT4", template: 4 }),
    },
    facts: () => configurationWith(detector()),
    overrides: { of: async () => [override()] },
    breaches: async () => [breach(), breach({ subscriber: tagged })],
    usage: { of: usage },
  };
  const context = { appliance, now: () => NOW } as unknown as Context;
  const [answer] = await Array.fromAsync(command?.execute(context, { address: "10.30.94.66", ...args } as never) ?? []);
  return answer?.data as { explanations: Explanation[] };
}

const tagged = { ...address, outerVlan: 100 };

test("who has the address in another VLAN than was asked about, and what he did, is left out", async (t) => {
  const subscribers = [blocked, { ...blocked, subscriber: tagged }];
  const { explanations } = await explained({ vlan: 100 }, { subscribers });
  t.deepEqual(
    explanations.map(({ subscriber: whose }) => whose),
    [tagged],
  );
  t.is(explanations[0]?.findings.filter(({ kind }) => kind === "deed").length, 1);
  await t.throwsAsync(explained({ vlan: 7 }, { subscribers }), {
    instanceOf: Sentence,
    message: "10.30.94.66 was not seen in VLAN 7 lately.",
  });
});

test("what can be said without a fast path, or without the record of usage, is said", async (t) => {
  const usage = async () => {
    throw new Sentence("The disk is full.");
  };
  const { explanations } = await explained({}, { fastPath: null, usage });
  const findings = explanations.flatMap((each) => each.findings);
  t.deepEqual(
    findings.flatMap((each) => (each.kind === "doubt" ? [each.about] : [])),
    ["absent", "usage"],
  );
  t.true(findings.some(({ kind }) => kind === "override"));
});
