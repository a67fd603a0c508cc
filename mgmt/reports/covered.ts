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
  /** On record, but no package measured the service. */
  readonly unmeasured: number;
  /** In which the fast path was started: of them less than all is known. */
  readonly partial: number;
}

/** A minute is not late before this: it is read after its end. */
const LATE_MS = 10_000;

/**
 * The latest minutes that are over by `now`, as many as are asked for or have passed since the service was first measured. One
 * that is late is missing. Null: no minute is on record in which it was measured.
 */
export function coveredBy(
  table: Pick<UsageTable, "firstMeasured" | "latest">,
  { service, minutes, now }: { readonly service: number; readonly minutes: number; readonly now: number },
): { readonly covered: Covered; readonly kept: readonly KeptMinute[] } | null {
  const first = table.firstMeasured(service);
  const latest = table.latest(minutes, service);
  const [last] = latest;
  if (first === null || !last) return null;
  const lastEnd = last.startedAt + MINUTE_MS;
  const late = Math.max(0, Math.floor((now - LATE_MS - lastEnd) / MINUTE_MS));
  const since = [...placed(latest, late)].filter(({ minute, place }) => minute.id >= first && place < minutes);
  const kept = since.map(({ minute }) => minute).reverse();
  const oldest = since.at(-1);
  const between = oldest?.minute.id === first ? oldest.place + 1 : minutes;
  const to = lastEnd + late * MINUTE_MS;
  const covered = {
    ...{ from: to - between * MINUTE_MS, to, minutes: between, missing: between - kept.length },
    unmeasured: kept.filter(({ isMeasured }) => !isMeasured).length,
    partial: kept.filter(({ whole }) => !whole).length,
  };
  return { covered, kept };
}

/**
 * How many minutes lie between each and the end: by boot time, which nobody sets, and by the clock only over the time in which
 * the machine was down.
 */
function* placed(newestFirst: readonly KeptMinute[], late: number) {
  let place = late;
  let later: KeptMinute | undefined;
  for (const minute of newestFirst) {
    if (later) place += Math.max(1, minutesBetween(minute, later));
    yield { minute, place };
    later = minute;
  }
}

function minutesBetween(one: KeptMinute, later: KeptMinute): number {
  if (one.bootId === later.bootId) return later.bootMinute - one.bootMinute;
  return Math.round((later.startedAt - one.startedAt) / MINUTE_MS);
}
