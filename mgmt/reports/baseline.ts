// How many sessions subscribers open in a period, as a distribution: what a quota is chosen from. Runs in the thread of usage, a
// minute at a time.
//
// Usage is kept by whole minutes that follow boot time, and a detector's period begins at any moment. A period of k minutes
// contains no more than what k + 1 minutes in a row have, and there is one, aligned with them, that contains what k in a row have. So a
// subscriber's largest count in any period lies between the largest sums over k and over k + 1 minutes. A quota is proposed by
// the upper bound: it never touches more subscribers than it says.
//
// What was refused is counted too: it would have been opened. It is of those who were in breach, or are blocked by name, and
// lies beyond whatever quota there was.

import { setImmediate as turn } from "node:timers/promises";
import type { KeptMinute, Measure, UsageTable } from "../usage/table.ts";
import { type Covered, coveredBy } from "./covered.ts";

export interface BaselineQuery {
  readonly service: string;
  /** k: the detector's period. */
  readonly periodMinutes: number;
  readonly minutes: number;
  /** Of those who are active, who may be touched: percent, with three decimals at most. */
  readonly share: number;
  /** Unix milliseconds. */
  readonly now: number;
}

export interface Baseline {
  readonly covered: Covered;
  /** Subscribers who opened a session, or tried. */
  readonly active: number;
  readonly percentiles: readonly Percentile[];
  readonly histogram: readonly Bucket[];
  /** The least quota that touches no more than the share; null: nobody was active. */
  readonly proposal: { readonly threshold: number; readonly touched: number } | null;
}

/** What so many percent of those who are active do not exceed in any period: a number between these. */
export interface Percentile {
  readonly percent: number;
  readonly atLeast: number;
  readonly atMost: number;
}

/** Subscribers whose largest count is at most so many, from `first` to `last`. */
export interface Bucket {
  readonly first: number;
  readonly last: number;
  readonly subscribers: number;
}

/** 100: the largest. */
const percents = [50, 90, 95, 99, 99.9, 100] as const;

export async function baseline(table: UsageTable, query: BaselineQuery): Promise<Baseline | null> {
  const { service, periodMinutes, minutes, share, now } = query;
  const id = table.serviceId(service);
  const found = id === null ? null : coveredBy(table, { service: id, minutes, now });
  if (id === null || !found) return null;
  const read = remembering((minute) => table.measures("attempts", minute.id, id));
  const largest = new Map<number, Largest>();
  for (const run of runsOf(found.kept)) await slide(run, periodMinutes, read, largest);
  return { covered: found.covered, ...summary([...largest.values()], share) };
}

interface Largest {
  atLeast: number;
  atMost: number;
}

type Read = (minute: KeptMinute) => readonly Measure<"attempts">[];

/** Each minute comes to both sums, and leaves one right after the other: few need be read twice. */
const REMEMBERED = 3;

function remembering(read: Read): Read {
  const recent = new Map<number, ReturnType<Read>>();
  return (minute) => {
    const found = recent.get(minute.id) ?? read(minute);
    recent.delete(minute.id);
    recent.set(minute.id, found);
    for (const id of recent.keys().take(Math.max(0, recent.size - REMEMBERED))) recent.delete(id);
    return found;
  };
}

/** A machine's run: no period goes on over its end. */
function runsOf(minutes: readonly KeptMinute[]): KeptMinute[][] {
  return Map.groupBy(minutes, ({ bootId }) => bootId)
    .values()
    .map((run) => run.toSorted((a, b) => a.bootMinute - b.bootMinute))
    .toArray();
}

/** Raises each subscriber's largest sums to those of the run. */
async function slide(run: readonly KeptMinute[], periodMinutes: number, read: Read, largest: Map<number, Largest>) {
  const atLeast = new SlidingSums(run, periodMinutes, read);
  const atMost = new SlidingSums(run, periodMinutes + 1, read);
  for (const minute of run) {
    const entering = read(minute);
    atLeast.leave(minute);
    atMost.leave(minute);
    for (const [subscriber, count] of entering) {
      if (count === 0) continue;
      const known = largest.get(subscriber) ?? { atLeast: 0, atMost: 0 };
      known.atLeast = Math.max(known.atLeast, atLeast.add(subscriber, count));
      known.atMost = Math.max(known.atMost, atMost.add(subscriber, count));
      largest.set(subscriber, known);
    }
    await turn();
  }
}

/** Each subscriber's sum over so many minutes in a row; one that is not on record counts as 0. */
class SlidingSums {
  readonly #run: readonly KeptMinute[];
  readonly #extent: number;
  readonly #read: Read;
  readonly #sums = new Map<number, number>();
  #oldest = 0;

  constructor(run: readonly KeptMinute[], extent: number, read: Read) {
    this.#run = run;
    this.#extent = extent;
    this.#read = read;
  }

  /** Takes off what is too old when `minute` comes. */
  leave({ bootMinute }: KeptMinute): void {
    for (;;) {
      const oldest = this.#run[this.#oldest];
      if (!oldest || oldest.bootMinute > bootMinute - this.#extent) return;
      for (const [subscriber, count] of this.#read(oldest)) this.add(subscriber, -count);
      this.#oldest++;
    }
  }

  /** Returns the subscriber's sum. */
  add(subscriber: number, count: number): number {
    const sum = (this.#sums.get(subscriber) ?? 0) + count;
    if (sum === 0) this.#sums.delete(subscriber);
    else this.#sums.set(subscriber, sum);
    return sum;
  }
}

function summary(largest: readonly Largest[], share: number): Omit<Baseline, "covered"> {
  const atLeast = Float64Array.from(largest, (each) => each.atLeast).sort();
  const atMost = Float64Array.from(largest, (each) => each.atMost).sort();
  const percentiles = percents.map((percent) => ({
    percent,
    atLeast: percentileOf(atLeast, percent),
    atMost: percentileOf(atMost, percent),
  }));
  return {
    active: largest.length,
    percentiles: largest.length > 0 ? percentiles : [],
    histogram: histogramOf(atMost),
    proposal: proposalOf(atMost, share),
  };
}

/** By nearest rank. */
function percentileOf(sorted: Float64Array, percent: number): number {
  return sorted[Math.ceil(portion(percent, sorted.length)) - 1] ?? 0;
}

/** Percent are typed with three decimals at most: reckoned in whole thousandths, what is a whole number comes out as one. */
function portion(percent: number, count: number): number {
  return (Math.round(percent * 1000) * count) / 100_000;
}

/** Buckets to 1, 2, 4, 8 ... */
function histogramOf(sorted: Float64Array): Bucket[] {
  const buckets: Bucket[] = [];
  for (let at = 0, last = 1; at < sorted.length; last *= 2) {
    const end = firstAbove(sorted, last);
    buckets.push({ first: Math.floor(last / 2) + 1, last, subscribers: end - at });
    at = end;
  }
  return buckets;
}

function firstAbove(sorted: Float64Array, limit: number): number {
  const index = sorted.findIndex((value) => value > limit);
  return index < 0 ? sorted.length : index;
}

/** A breach is declared by the N-th: whoever has N is touched. */
function proposalOf(sorted: Float64Array, share: number): Baseline["proposal"] {
  if (sorted.length === 0) return null;
  const touchable = Math.floor(portion(share, sorted.length));
  const spared = sorted[sorted.length - 1 - touchable] ?? 0;
  return { threshold: spared + 1, touched: sorted.length - firstAbove(sorted, spared) };
}
