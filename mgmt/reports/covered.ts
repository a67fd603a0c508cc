// Which minutes a report is about, and which of them are not on record.

import { MINUTE_MS } from "../time.ts";
import type { KeptMinute, UsageTable } from "../usage/table.ts";

/** What a report is about. Times are Unix milliseconds. */
export interface Covered {
  readonly from: number;
  readonly to: number;
  /** Between them. */
  readonly minutes: number;
  /** Not on record: nothing is known of them. */
  readonly missing: number;
  /** In which the fast path was restarted: of them less than all is known. */
  readonly partial: number;
}

/** A minute is not late before this: it is read after its end. */
const LATE_MS = 10_000;

/**
 * The latest minutes that are over by `now`, as many as are asked for or have passed since the record began. One that is late is
 * missing. Undefined: there is no record.
 */
export function coveredBy(
  table: Pick<UsageTable, "ends" | "minutes">,
  minutes: number,
  now: number,
): { readonly covered: Covered; readonly kept: readonly KeptMinute[] } | undefined {
  const ends = table.ends();
  if (!ends) return undefined;
  const lastEnd = ends.last.startedAt + MINUTE_MS;
  const to = lastEnd + Math.max(0, Math.floor((now - LATE_MS - lastEnd) / MINUTE_MS)) * MINUTE_MS;
  const from = Math.max(to - minutes * MINUTE_MS, ends.first.startedAt);
  const kept = table.minutes(from, to);
  const between = Math.round((to - from) / MINUTE_MS);
  const covered = {
    ...{ from, to, minutes: between, missing: Math.max(0, between - kept.length) },
    partial: kept.filter(({ whole }) => !whole).length,
  };
  return { covered, kept };
}
