// What a subscriber used of each service in the last minutes.

import { MINUTE_MS } from "../time.ts";
import type { UsageRow } from "../usage/usage.ts";
import type { ExplainFacts } from "./explain.ts";
import type { Used } from "./findings.ts";

/** A minute is on record when it is over. */
export const USAGE_MINUTES = 10;

export function usedOf({ usage, now }: ExplainFacts): Used[] {
  const lately = (usage ?? []).filter(({ startedAt }) => startedAt >= now - (USAGE_MINUTES + 1) * MINUTE_MS);
  return [...Map.groupBy(lately, ({ service }) => service)].map(([service, rows]) => usedIn(service, rows));
}

function usedIn(service: string, rows: readonly UsageRow[]): Used {
  const sum = (of: "sessions" | "refused" | "bytes") => rows.reduce((total, row) => total + row[of], 0);
  const most = rows
    .map(({ destinations }) => destinations)
    .reduce((one, other) => (other.count > one.count ? other : one));
  return {
    ...{ kind: "used", service, minutes: USAGE_MINUTES },
    ...{ sessions: sum("sessions"), refused: sum("refused"), bytes: sum("bytes"), destinations: most },
  };
}
