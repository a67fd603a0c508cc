// A breach's start and its end, each as one line for a person.

import { number, timeAfter } from "../words.ts";
import type { Notice } from "./book.ts";
import type { Breach, BreachEnd, DetectorName } from "./breach.ts";

/** `10.30.94.66: 10 sessions of smtp-outbound in 60 s; blocked until 12:01:00`. */
export function noticeText({ kind, breach }: Notice): string {
  const what = kind === "started" ? startText(breach) : endText(breach);
  return `${subscriberText(breach)}: ${detectorText(breach)}; ${what}`;
}

/** `10.30.94.66`, `2001:db8:30:66::/64`, `10.30.94.66 in VLAN 100.7`; of a name itself. */
export function subscriberText({ subscriber }: Pick<Breach, "subscriber">): string {
  if (subscriber.name !== undefined) return subscriber.name;
  const { address, prefixLength, outerVlan, innerVlan } = subscriber;
  const prefix = address.includes(":") && prefixLength < 128 ? `${address}/${prefixLength}` : address;
  const tags = [outerVlan, innerVlan].filter((id) => id !== 0);
  return tags.length > 0 ? `${prefix} in VLAN ${tags.join(".")}` : prefix;
}

type DetectorFacts = Pick<Breach, "name" | "detector" | "periodMs" | "counted">;

/** `10 sessions of smtp-outbound in 60 s`. */
export function detectorText({ name, detector, periodMs, counted }: DetectorFacts): string {
  if (!name) return `${counted} signals of forgotten detector ${detector} in ${periodMs / 1000} s`;
  return `${name.threshold} ${signalText(name)} of ${name.service} in ${periodText(name)}`;
}

/** `sessions`, `established sessions`. */
export function signalText({ signal, count }: Pick<DetectorName, "signal" | "count">): string {
  return count === "established" ? `established ${signal}` : signal;
}

/** `60 s`, `any 60 s`: a sliding window's may begin whenever. */
export function periodText({ periodSeconds, window }: Pick<DetectorName, "periodSeconds" | "window">): string {
  return window === "sliding" ? `any ${periodSeconds} s` : `${periodSeconds} s`;
}

function isBlocked({ name }: Pick<Breach, "name">): boolean {
  return name?.actions.includes("block") ?? false;
}

/** What is done beside refusing: `with resets`, `open sessions cut`. */
function beyondBlocking({ actions }: Pick<DetectorName, "actions">): string[] {
  return [
    ...(actions.includes("reset") ? ["with resets"] : []),
    ...(actions.includes("reset-both") ? ["with resets to both ends"] : []),
    ...(actions.includes("cut") ? ["open sessions cut"] : []),
  ];
}

/** Why a breach ended, if not because its time was over: `released by anna from console: he cleaned it up`. */
export function endReasonText({ reason, user, from, why, revision }: BreachEnd): string | undefined {
  const by = user === null ? "" : ` by ${user} from ${from}`;
  const words = why === null ? "" : `: ${why}`;
  if (reason === "released") return `released${by}${words}`;
  if (reason === "policy") return `the policy changed${revision === null ? "" : `, revision ${revision}`}${by}${words}`;
  return undefined;
}

function startText(breach: Breach): string {
  const until = timeAfter(breach.startedAt, breach.untilAt);
  if (!breach.name || !isBlocked(breach)) return `reported, until ${until}`;
  return [`blocked until ${until}`, ...beyondBlocking(breach.name)].join(", ");
}

function endText(breach: Breach): string {
  const seconds = Math.round(((breach.endedAt ?? breach.untilAt) - breach.startedAt) / 1000);
  const lasted = isBlocked(breach)
    ? `was blocked for ${seconds} s, ${number(breach.refused)} attempts refused`
    : `it lasted ${seconds} s`;
  const reason = breach.end && endReasonText(breach.end);
  return reason ? `${lasted}; ${reason}` : lasted;
}
