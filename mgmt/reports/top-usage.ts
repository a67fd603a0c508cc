// Those who used most of a service. Runs in the thread of usage, a minute at a time.

import { setImmediate as turn } from "node:timers/promises";
import type { Measure, UsageTable } from "../usage/table.ts";
import { type DestinationCount, destinationCount, type Metric, type NamedUsage } from "../usage/usage.ts";
import { type Covered, coveredBy } from "./covered.ts";

export interface TopQuery {
  readonly service: string;
  readonly metric: Metric;
  readonly minutes: number;
  readonly count: number;
  /** Unix milliseconds. */
  readonly now: number;
}

export interface TopUsage {
  readonly covered: Covered;
  /** Subscribers who have any of it. */
  readonly active: number;
  /** Of all of them; null: destinations of several subscribers cannot be added up. */
  readonly total: number | null;
  /** The most first. */
  readonly top: readonly Ranked[];
}

export interface Ranked {
  readonly subscriber: NamedUsage["subscriber"];
  readonly value: DestinationCount;
}

/** Undefined, as null: nothing of the service is on record. */
export async function topUsage(table: UsageTable, query: TopQuery): Promise<TopUsage | null> {
  const { service, metric, minutes, count, now } = query;
  const id = table.serviceId(service);
  const found = id === null ? null : coveredBy(table, { service: id, minutes, now });
  if (id === null || !found) return null;
  const sum = metric === "destinations" ? new Union() : new Sum();
  for (const minute of found.kept) {
    sum.add(table.measures(metric, minute.id, id) as never);
    await turn();
  }
  const ranked = sum.ranked();
  const top = ranked
    .slice(0, count)
    .map(([subscriber, value]) => ({ subscriber: table.subscriber(subscriber), value }));
  return { covered: found.covered, active: ranked.length, total: sum.total(), top };
}

type Ranking = (readonly [subscriber: number, value: DestinationCount])[];

/** Of what can be added up. */
class Sum {
  readonly #values = new Map<number, number>();

  add(measures: readonly Measure<"sessions">[]): void {
    for (const [subscriber, value] of measures) {
      if (value > 0) this.#values.set(subscriber, (this.#values.get(subscriber) ?? 0) + value);
    }
  }

  ranked(): Ranking {
    const sorted = [...this.#values].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    return sorted.map(([subscriber, count]) => [subscriber, { count, isMore: false }]);
  }

  total(): number {
    return this.#values.values().reduce((sum, value) => sum + value, 0);
  }
}

/** Of bitmaps. */
class Union {
  readonly #bitmaps = new Map<number, Uint8Array>();

  add(measures: readonly Measure<"destinations">[]): void {
    for (const [subscriber, bitmap] of measures) {
      const union = this.#bitmaps.get(subscriber);
      if (union) for (const [index, byte] of bitmap.entries()) union[index] = (union[index] ?? 0) | byte;
      else this.#bitmaps.set(subscriber, Uint8Array.from(bitmap));
    }
  }

  ranked(): Ranking {
    const counted = [...this.#bitmaps].map(([subscriber, bitmap]) => [subscriber, destinationCount(bitmap)] as const);
    return counted
      .filter(([, { count }]) => count > 0)
      .sort(([one, a], [other, b]) => b.count - a.count || Number(b.isMore) - Number(a.isMore) || one - other);
  }

  total(): null {
    return null;
  }
}
