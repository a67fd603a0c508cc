// Why a subscriber is refused, or is not: from what the appliance knows to what there is to say. Pure.

import type { Breach } from "../breaches/breach.ts";
import type { Facts } from "../config/service.ts";
import type { SubscriberAddress } from "../engine/region_data.ts";
import { assignedTo, decisiveIn, isInForce } from "../overrides/decisive.ts";
import type { JudgedOverride } from "../overrides/override.ts";
import { type FastPathStatus, refuses } from "../status/status.ts";
import type { AnonymousGroup } from "../subscribers/group_index.ts";
import { blocks, type DetectorState, type Subscriber } from "../subscribers/subscriber.ts";
import { idleStates, packageNameOf, packageOf } from "../subscribers/subscribers.ts";
import type { Whom } from "../subscribers/whom.ts";
import type { UsageRow } from "../usage/usage.ts";
import { doubtsOf } from "./doubts.ts";
import type { Belonging, Explanation, Finding, InBreach, OverrideInForce } from "./findings.ts";
import { pastOf } from "./past.ts";
import { remediesOf } from "./remedies.ts";
import { usedOf } from "./used.ts";

/** Times are Unix milliseconds. */
export interface ExplainFacts {
  readonly whom: Whom;
  readonly now: number;
  /** Of the configuration in force. */
  readonly configuration: Pick<Facts, "packages" | "templates">;
  /** Whose the address is; null: nobody's. */
  readonly group: Pick<AnonymousGroup, "name" | "template"> | null;
  /** Those who have it and were seen. */
  readonly subscribers: readonly Subscriber[];
  /** Those about the address that are on record, and those of the configuration; the closest first. */
  readonly overrides: readonly JudgedOverride[];
  /** Of whoever has the address, the latest first. */
  readonly breaches: readonly Breach[];
  /** There may be earlier ones. */
  readonly moreBreaches: boolean;
  readonly fastPath: Pick<FastPathStatus, "alive" | "bypass" | "links" | "startedAt" | "starts"> | null;
  /** Of whoever has the address, in the last USAGE_MINUTES; null: its record cannot be read. */
  readonly usage: readonly UsageRow[] | null;
  /** By the daemon, since it started. */
  readonly eventsLost: number;
}

/** One for each who has the address, in whatever VLAN; one for the address alone if nobody was seen with it. */
export function explain(facts: ExplainFacts): Explanation[] {
  const { subscribers, breaches, usage } = facts;
  if (subscribers.length === 0) return [{ subscriber: null, findings: findingsOf(facts, undefined) }];
  return subscribers.map((each) => {
    const isHis = ({ subscriber }: Pick<Subscriber, "subscriber">) => sameSubscriber(subscriber, each.subscriber);
    const his = { breaches: breaches.filter(isHis), usage: usage?.filter(isHis) ?? null };
    return { subscriber: each.subscriber, findings: findingsOf({ ...facts, ...his }, each) };
  });
}

function findingsOf(facts: ExplainFacts, subscriber: Subscriber | undefined): Finding[] {
  const inForce = facts.overrides.filter((each) => isInForce(each, facts.now));
  const belonging = belongingOf(facts, subscriber, inForce);
  if (belonging.group === null && belonging.name === null) return [belonging, ...pastOf(facts), ...doubtsOf(facts, [])];
  const detectors = detectorsOf(facts, belonging, subscriber);
  const overrides = inForce.filter(({ kind }) => kind !== "assign").map((each) => overrideOf(each, inForce, detectors));
  const breaches = detectors.filter(({ inBreach }) => inBreach).map((each) => breachOf(each, inForce, facts));
  const deeds = facts.breaches.filter(({ endedAt }) => endedAt === null);
  return [
    belonging,
    ...presenceOf(facts, subscriber),
    ...countingOf(detectors, inForce, facts),
    ...overrides,
    ...breaches,
    ...(isRefused(overrides, breaches) || facts.fastPath === null ? [] : [{ kind: "nothing-refused" } as const]),
    ...deeds.map((breach) => ({ kind: "deed", breach }) as const),
    ...usedOf(facts),
    ...remediesOf(facts.whom, subscriber, overrides, breaches),
    ...pastOf(facts),
    ...doubtsOf(facts, deeds),
  ];
}

function belongingOf(
  { whom, group, configuration }: ExplainFacts,
  subscriber: Subscriber | undefined,
  inForce: readonly JudgedOverride[],
): Belonging {
  const name = whom.name ?? subscriber?.subscriber.name ?? null;
  const of = { kind: "belonging", name, group: null, template: null, package: null, assigned: null } as const;
  const assigned = assignedTo(name !== null, inForce) ?? null;
  if (name !== null) {
    const given = subscriber?.package ?? null;
    return assigned
      ? { ...of, package: assignedPackage(assigned, configuration), assigned }
      : { ...of, package: given };
  }
  if (!group) return of;
  const owner = packageOf(configuration, group);
  const born = owner ? packageNameOf(owner) : null;
  const its = assigned ? assignedPackage(assigned, configuration) : born;
  return { ...of, group: group.name, template: group.template, package: its, assigned };
}

function assignedPackage(
  { package: id }: JudgedOverride,
  { packages }: ExplainFacts["configuration"],
): Belonging["package"] {
  const owner = packages.find((each) => each.id === id);
  return owner ? packageNameOf(owner) : null;
}

/** Those that count him now, and the others of his package. */
function detectorsOf({ configuration }: ExplainFacts, belonging: Belonging, subscriber: Subscriber | undefined) {
  const windows = subscriber?.detectors.filter(({ id }) => id !== null) ?? [];
  const owner = configuration.packages.find(({ id }) => id === belonging.package?.id);
  return [...windows, ...idleStates(windows, owner)];
}

function presenceOf({ fastPath }: ExplainFacts, subscriber: Subscriber | undefined): Finding[] {
  if (!fastPath) return [];
  if (!subscriber) return [{ kind: "presence", seen: null }];
  const { firstSeenAt, lastSeenAt, openSessions } = subscriber;
  return [{ kind: "presence", seen: { firstAt: firstSeenAt, lastAt: lastSeenAt, openSessions } }];
}

/** What an override decides about counts nothing. */
function countingOf(
  detectors: readonly DetectorState[],
  inForce: readonly JudgedOverride[],
  { fastPath }: ExplainFacts,
): Finding[] {
  if (detectors.length === 0) return [{ kind: "nothing-counted" }];
  const counts = ({ name, inBreach }: DetectorState) => !inBreach && !(name && decisiveIn(name.service, inForce));
  return fastPath ? detectors.filter(counts).map((detector) => ({ kind: "counting", detector })) : [];
}

function overrideOf(
  override: JudgedOverride,
  inForce: readonly JudgedOverride[],
  detectors: readonly DetectorState[],
): OverrideInForce {
  const services =
    override.service === null ? detectors.flatMap(({ name }) => name?.service ?? []) : [override.service];
  const decisive = services.map((service) => decisiveIn(service, inForce));
  const [other] = decisive.includes(override) ? [] : decisive;
  return { kind: "override", override, beatenBy: other ?? null };
}

function breachOf(detector: DetectorState, inForce: readonly JudgedOverride[], { fastPath }: ExplainFacts): InBreach {
  const service = detector.name?.service;
  const decisive = service === undefined ? undefined : decisiveIn(service, inForce);
  return { kind: "breach", detector, outcome: outcomeOf(detector, decisive, fastPath) };
}

function outcomeOf(
  detector: DetectorState,
  decisive: JudgedOverride | undefined,
  fastPath: ExplainFacts["fastPath"],
): InBreach["outcome"] {
  if (!blocks(detector)) return "reported";
  if (decisive?.kind === "exempt") return "exempt";
  return fastPath?.bypass === "none" && refuses(fastPath) ? "refused" : "not-judged";
}

function isRefused(overrides: readonly OverrideInForce[], breaches: readonly InBreach[]): boolean {
  const isForced = overrides.some(({ override, beatenBy }) => override.kind === "force-block" && beatenBy === null);
  return isForced || breaches.some(({ outcome }) => outcome === "refused");
}

function sameSubscriber(one: SubscriberAddress, other: SubscriberAddress): boolean {
  return (["address", "prefixLength", "outerVlan", "innerVlan"] as const).every((key) => one[key] === other[key]);
}
