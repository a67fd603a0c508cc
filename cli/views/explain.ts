// Why a subscriber is refused, or is not: findings as sentences that can be read to him.

import type { DetectorName } from "../../mgmt/breaches/breach.ts";
import { detectorText, periodText, signalText, subscriberText } from "../../mgmt/breaches/notice.ts";
import type { DoubtAbout, Explanation, Finding } from "../../mgmt/explain/findings.ts";
import type { DetectorState } from "../../mgmt/subscribers/subscriber.ts";
import { dateAndTime, number, timeAfter } from "../../mgmt/words.ts";
import { paragraphs } from "../columns.ts";
import { destinationLines } from "./breaches.ts";
import { decision, overrideName, past, pastOverride, pastRelease } from "./explain-past.ts";
import { packageText } from "./policy-words.ts";
import { nameText } from "./subscribers.ts";

export interface Explained {
  /** An address, or a name. */
  readonly who: string;
  readonly explanations: readonly Explanation[];
}

/** A paragraph for each topic; a title for each of several subscribers. */
export function explanationLines({ who, explanations }: Explained): string[] {
  return paragraphs(
    ...explanations.flatMap(({ subscriber, findings }) => {
      const title = explanations.length > 1 && subscriber ? [[`${subscriberText({ subscriber })}:`]] : [];
      return [...title, ...topics.map((topic) => linesOf(who, topic, findings))];
    }),
  );
}

type Kind = Finding["kind"];
type Of<K extends Kind> = Extract<Finding, { kind: K }>;

/** What is said together, in order. */
const topics: readonly (readonly Kind[])[] = [
  ["belonging", "presence"],
  ["nothing-counted", "counting"],
  ["override", "breach", "nothing-refused"],
  ["deed", "used"],
  ["remedy"],
  ["past", "past-release", "past-override"],
  ["doubt"],
];

function linesOf(who: string, topic: readonly Kind[], findings: readonly Finding[]): string[] {
  return findings.filter(({ kind }) => topic.includes(kind)).flatMap((finding) => sentencesOf(who, finding));
}

function sentencesOf(who: string, finding: Finding): string | string[] {
  switch (finding.kind) {
    case "belonging":
      return belonging(who, finding);
    case "presence":
      return presence(finding);
    case "nothing-counted":
      return "Nothing is counted of him.";
    case "counting":
      return counting(finding.detector);
    case "override":
      return override(finding);
    case "breach":
      return breach(finding);
    case "nothing-refused":
      return "Nothing of his is refused now.";
    case "deed":
      return deed(finding);
    case "used":
      return used(finding);
    case "remedy":
      return `To ${remedy(finding)}: ${finding.command}`;
    case "past":
      return past(finding);
    case "past-release":
      return pastRelease(finding);
    case "past-override":
      return pastOverride(finding.override);
    case "doubt":
      return doubtWords[finding.about](finding.at);
  }
}

function belonging(who: string, { name, group, template, package: owner, assigned }: Of<"belonging">): string[] {
  if (name === null && group === null) return [`${who} is no subscriber's: nothing is counted or refused of it.`];
  if (name !== null && owner === null)
    return [`The fast path does not know ${name} now: he was removed, or names have no effect.`];
  const belongs = name === null ? `${who} belongs to the anonymous group "${group}"` : whoseText(who, name);
  if (!assigned) {
    const has = owner ? `package ${packageText(owner)}` : "no package";
    return [name === null ? `${belongs}, whose template ${template} gives him ${has}.` : `${belongs}, with ${has}.`];
  }
  const instead = `Package ${packageText(owner)} was assigned to him in place of his own.`;
  return [`${belongs}.`, instead, decision(assigned)];
}

function whoseText(who: string, name: string): string {
  return who === name ? `${name} is a subscriber by name` : `${who} is an address of ${name}`;
}

function presence({ seen }: Of<"presence">): string {
  if (!seen) return "He was not seen lately.";
  const { firstAt, lastAt, openSessions } = seen;
  const open =
    openSessions === 1
      ? "1 counted session of his is open"
      : `${number(openSessions)} counted sessions of his are open`;
  return `He was first seen ${dateAndTime(firstAt)}, last ${dateAndTime(lastAt)}; ${open}.`;
}

function counting({ name, id, counted, period }: DetectorState): string {
  if (!name) return `${number(counted)} signals are counted by detector ${id}, which the configuration has forgotten.`;
  const since = period ? `${number(counted)} counted ${inPeriod(name, period.startedAt)}` : "none counted now";
  return `${capital(signalText(name))} of ${name.service}: ${since}; ${consequence(name)}.`;
}

function inPeriod({ window, periodSeconds }: DetectorName, startedAt: number): string {
  return window === "sliding" ? `in the last ${periodSeconds} s` : `since ${dateAndTime(startedAt)}`;
}

function consequence({ actions, threshold, window, periodSeconds, holdSeconds }: DetectorName): string {
  const nth = `the ${ordinal(threshold)} in ${periodText({ periodSeconds, window })}`;
  if (!actions.includes("block")) return `${nth} is reported`;
  if (window === "sliding") return `after ${nth} the service is refused for ${periodSeconds + holdSeconds} s`;
  const hold = holdSeconds > 0 ? ` and ${holdSeconds} s more` : "";
  return `after ${nth} the service is refused until they are over${hold}`;
}

function override({ override: each, beatenBy }: Of<"override">): string[] {
  const service = each.service ?? "every service that is used";
  const is =
    each.kind === "exempt"
      ? `exempt in ${service}: nothing of it is counted or refused`
      : `refused ${service} by force`;
  if (beatenBy === null) return [`He is ${is}.`, decision(each)];
  const wouldBe = each.kind === "exempt" ? `exempt in ${service}` : `refused ${service}`;
  return [`He would be ${wouldBe}, but ${overrideName(beatenBy)} goes before it.`, decision(each)];
}

function breach({ detector, outcome }: Of<"breach">): string[] {
  const { name, period, breachedAt, refused } = detector;
  const since = breachedAt ?? period?.startedAt;
  const lasts = [
    ...(since === undefined ? [] : [`since ${dateAndTime(since)}`]),
    ...(period?.untilAt ? [`until ${timeAfter(since, period.untilAt)}`] : []),
  ].join(" and ");
  if (!name || outcome !== "refused") return [`He is in breach of ${nameText(detector)} ${lasts}: ${spared(outcome)}.`];
  const hold = name.holdSeconds > 0 ? `, with a hold of ${name.holdSeconds} s` : "";
  const counted = `${number(name.threshold)} ${signalText(name)} in ${periodText(name)}`;
  return [
    `He is refused ${name.service} ${lasts}${hold}, because ${counted} were counted.`,
    [
      `${refused === 1 ? "1 attempt was" : `${number(refused)} attempts were`} refused so far.`,
      ...beyondRefusing(name),
    ].join(" "),
  ];
}

function spared(outcome: Of<"breach">["outcome"]): string {
  if (outcome === "exempt") return "nothing is refused, because he is exempt";
  return outcome === "not-judged"
    ? "nothing is refused, because nothing is judged"
    : "that is reported, and nothing is refused";
}

function beyondRefusing({ actions }: DetectorName): string[] {
  return [
    ...(actions.includes("reset") ? ["He gets a TCP reset for each."] : []),
    ...(actions.includes("reset-both") ? ["Both ends get a TCP reset for each."] : []),
    ...(actions.includes("cut") ? ["Sessions of it that were open are cut."] : []),
  ];
}

function deed({ breach: each }: Of<"deed">): string[] {
  const opened = `He opened ${detectorText(each)}`;
  if (each.destinations.length === 0) return [`${opened}; where to was not told.`];
  return [`${opened}, to:`, ...destinationLines(each.destinations).map((line) => `  ${line}`)];
}

function used({ service, minutes, sessions, refused, bytes, destinations }: Of<"used">): string {
  const count = `${destinations.isMore ? "more than" : "about"} ${number(destinations.count)}`;
  const to = `${count} ${destinations.count === 1 ? "destination" : "destinations"} in the busiest minute`;
  const what = `${number(sessions)} ${sessions === 1 ? "session" : "sessions"} of ${service} (${to})`;
  return `In the last ${minutes} minutes: ${what}, ${number(refused)} ${refused === 1 ? "attempt" : "attempts"} refused, ${number(bytes)} bytes.`;
}

function remedy({ by, service, override: id }: Of<"remedy">): string {
  if (by === "release") return "end his breaches now";
  return by === "exempt" ? `exempt him in ${service} for an hour` : `end override ${id} now`;
}

const doubtWords: Readonly<Record<DoubtAbout, (at: number | null) => string>> = {
  absent: () => "No fast path was seen: what is counted of him, and whether he is refused now, is not known.",
  still: () => "The fast path stands still: this is what it said last.",
  bypass: () => "The fast path judges nothing now: nobody is counted or refused.",
  "not-forwarding": () => "No link is forwarding: nothing is judged, and nobody is refused.",
  "cut-off": () =>
    'Every link is cut off: nothing passes, of him or of others; see "show interface LineCard 0 link mode".',
  restarted: (at) =>
    `The fast path was restarted ${dateAndTime(at ?? 0)}: sessions opened meanwhile may be counted twice or not at all.`,
  "events-lost": () => "The daemon lost events: a breach that began and ended meanwhile is not on record.",
  sampled: () => "Only the latest 16 different destinations are known.",
  usage: () => "What he used in the last minutes is not known: its record cannot be read.",
};

const ordinals = new Intl.PluralRules("en", { type: "ordinal" });
const ordinalEndings: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };

function ordinal(count: number): string {
  return `${number(count)}${ordinalEndings[ordinals.select(count)] ?? "th"}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
