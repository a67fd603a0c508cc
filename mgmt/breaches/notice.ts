// A breach's start and its end, each as one line for a person.

import { number } from "../words.ts";
import type { Notice } from "./book.ts";
import type { Breach } from "./breach.ts";

/** `10.30.94.66: 10 sessions of smtp-outbound in 60 s; blocked until 12:01:00`. */
export function noticeText({ kind, breach }: Notice): string {
  const what = kind === "started" ? startText(breach) : endText(breach);
  return `${subscriberText(breach)}: ${detectorText(breach)}; ${what}`;
}

/** `10.30.94.66`, `2001:db8:30:66::/64`, `10.30.94.66 in VLAN 100.7`. */
export function subscriberText({ subscriber }: Pick<Breach, "subscriber">): string {
  const { address, prefixLength, outerVlan, innerVlan } = subscriber;
  const prefix = address.includes(":") && prefixLength < 128 ? `${address}/${prefixLength}` : address;
  const tags = [outerVlan, innerVlan].filter((id) => id !== 0);
  return tags.length > 0 ? `${prefix} in VLAN ${tags.join(".")}` : prefix;
}

type DetectorFacts = Pick<Breach, "name" | "detector" | "periodMs" | "counted">;

/** `10 sessions of smtp-outbound in 60 s`. */
export function detectorText({ name, detector, periodMs, counted }: DetectorFacts): string {
  if (!name) return `${counted} signals of forgotten detector ${detector} in ${periodMs / 1000} s`;
  return `${name.threshold} ${name.signal} of ${name.service} in ${name.periodSeconds} s`;
}

export function isBlocked({ name }: Breach): boolean {
  return name?.actions.includes("block") ?? false;
}

/** `12:00:03`, in this machine's time zone. */
export function clockText(unixMs: number): string {
  return new Date(unixMs).toLocaleTimeString("en-GB");
}

function startText(breach: Breach): string {
  return isBlocked(breach)
    ? `blocked until ${clockText(breach.untilAt)}`
    : `reported, until ${clockText(breach.untilAt)}`;
}

function endText(breach: Breach): string {
  const seconds = Math.round(((breach.endedAt ?? breach.untilAt) - breach.startedAt) / 1000);
  if (!isBlocked(breach)) return `it lasted ${seconds} s`;
  return `was blocked for ${seconds} s, ${number(breach.refused)} attempts refused`;
}
