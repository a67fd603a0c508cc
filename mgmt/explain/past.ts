// What was before: breaches that are over, releases, overrides that are over.

import type { Breach } from "../breaches/breach.ts";
import type { ExplainFacts } from "./explain.ts";
import type { Finding, Past } from "./findings.ts";

/** How far back is looked. */
const PAST_DAYS = 30;

const DAY_MS = 86_400_000;

/** Of releases, and of overrides, as many are told. */
const TOLD_MAX = 5;

export function pastOf({ breaches, moreBreaches, overrides, now }: ExplainFacts): Finding[] {
  const since = now - PAST_DAYS * DAY_MS;
  const over = breaches.filter(({ endedAt }) => endedAt !== null && endedAt >= since);
  const ended = overrides.filter((each) => each.ended !== null && each.ended.at >= since);
  return [
    breachesOf(over, moreBreaches),
    ...over.flatMap(releaseOf).slice(0, TOLD_MAX),
    ...ended.slice(0, TOLD_MAX).map((override) => ({ kind: "past-override", override }) as const),
  ];
}

function breachesOf(over: readonly Breach[], isMore: boolean): Past {
  const counts = new Map<string | null, number>();
  for (const { name } of over) counts.set(name?.service ?? null, (counts.get(name?.service ?? null) ?? 0) + 1);
  const services = [...counts].map(([service, breaches]) => ({ service, breaches }));
  const latestAt = over[0]?.startedAt ?? null;
  return { kind: "past", days: PAST_DAYS, breaches: over.length, isMore, services, latestAt };
}

function releaseOf({ end, endedAt, name }: Breach): Finding[] {
  if (end?.reason !== "released" || endedAt === null) return [];
  const { user, from, why } = end;
  return [{ kind: "past-release", at: endedAt, service: name?.service ?? null, user, from, why }];
}
