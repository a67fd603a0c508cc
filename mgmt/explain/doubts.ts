// What the appliance cannot know of a subscriber, and why.

import type { Breach } from "../breaches/breach.ts";
import { isCutOff, refuses } from "../status/status.ts";
import type { ExplainFacts } from "./explain.ts";
import type { Doubt, DoubtAbout } from "./findings.ts";

/** For so long a session that was opened while the fast path was restarted may be missing from what is counted. */
const RESTARTED_LATELY_MS = 3_600_000;

/** A watch in the fast path knows no more (WATCH_DESTINATIONS in dataplane/core/records.h). */
const DESTINATIONS_MAX = 16;

/** `deeds`: the breaches that go on. */
export function doubtsOf({ fastPath, now, eventsLost, usage }: ExplainFacts, deeds: readonly Breach[]): Doubt[] {
  return [
    ...fastPathDoubts(fastPath, now),
    ...(eventsLost > 0 ? [doubt("events-lost")] : []),
    ...(deeds.some(({ destinations }) => destinations.length >= DESTINATIONS_MAX) ? [doubt("sampled")] : []),
    ...(usage === null ? [doubt("usage")] : []),
  ];
}

function fastPathDoubts(fastPath: ExplainFacts["fastPath"], now: number): Doubt[] {
  if (!fastPath) return [doubt("absent")];
  const { alive, bypass, starts, startedAt } = fastPath;
  const isRestarted = starts > 1 && now - startedAt < RESTARTED_LATELY_MS;
  return [
    ...(alive ? [] : [doubt("still")]),
    ...(bypass === "none" ? [] : [doubt("bypass")]),
    ...(refuses(fastPath) ? [] : [doubt(isCutOff(fastPath) ? "cut-off" : "not-forwarding")]),
    ...(isRestarted ? [doubt("restarted", startedAt)] : []),
  ];
}

function doubt(about: DoubtAbout, at: number | null = null): Doubt {
  return { kind: "doubt", about, at };
}
