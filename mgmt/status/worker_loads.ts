// How busy the workers are and how long packets stay with them, from two looks at their meters some seconds apart.

import type { EngineStatus } from "../engine/engine_port.ts";
import type { WorkerCounters } from "../engine/region_data.ts";

/** Of the last 10 seconds or so. */
export interface WorkerLoad {
  /** Percent of the time in which it found nothing to do. */
  readonly idlePercent: number;
  /** Found a second; a packet that is handed over is found by two workers. */
  readonly packetsPerSecond: number;
  /** Ticks of the time stamp counter in turns that found packets, for each of them; null: there were none. */
  readonly cyclesPerPacket: number | null;
  /** How many packets a poll found that found some. */
  readonly bursts: {
    readonly mean: number;
    /** Percent of these polls that found more than half of `upTo`, and at most `upTo`. */
    readonly shares: readonly { readonly upTo: number; readonly percent: number }[];
  } | null;
  /**
   * Bounds, in microseconds, below which half, 99 % and all of the packets stayed, null: LATENCY_TOLD_US or longer; from the moment they could have been received
   * until they were sent, dropped or handed over, as struct worker_meter (dataplane/core/counters.h) says.
   */
  readonly latencyUs: Readonly<Record<"half" | "most" | "all", number | null>> | null;
}

/** The last bucket of latencies (METER_LATENCIES in dataplane/core/counters.h) begins here and has no end. */
export const LATENCY_TOLD_US = 2 ** 19;

/** How far apart the two looks are, at most, and how often one is kept. */
const SPAN_MS = 10_000;
const KEPT_EVERY_MS = 1000;

interface Look {
  readonly atMs: number;
  readonly status: EngineStatus;
}

/** Remembers what the meters said in the last seconds. */
export class WorkerLoads {
  #kept: Look[] = [];
  #latest: Look | undefined;

  /** `nowMs`: on a clock that is never set. */
  see(status: EngineStatus, nowMs: number): void {
    this.#latest = { atMs: nowMs, status };
    this.#kept = this.#kept.filter(({ atMs }) => nowMs - atMs <= SPAN_MS);
    const last = this.#kept.at(-1);
    if (!last || nowMs - last.atMs >= KEPT_EVERY_MS) this.#kept.push(this.#latest);
  }

  /** Another process serves, or none. */
  forget(): void {
    this.#kept = [];
    this.#latest = undefined;
  }

  /** Of worker 0, 1, ...; null: nothing can be said yet, or it stands still. */
  loads(): readonly (WorkerLoad | null)[] {
    const [first] = this.#kept;
    if (!first || !this.#latest) return [];
    const { counters, live } = this.#latest.status;
    return counters.workers.map((now, worker) => {
      const before = first.status.counters.workers[worker];
      return before ? loadOf(before, now, live.tscHz) : null;
    });
  }
}

/** What a worker did between two looks at its counters. */
export function loadOf(before: WorkerCounters, now: WorkerCounters, tscHz: number): WorkerLoad | null {
  const grown = (count: (counters: WorkerCounters) => number) => count(now) - count(before);
  const ticks = grown((counters) => counters.ticks);
  if (ticks <= 0 || tscHz === 0) return null;
  const busy = grown((counters) => counters.ticksBusy);
  const packets = grown((counters) => counters.packets);
  const bursts = now.bursts.map((count, bucket) => count - (before.bursts[bucket] ?? 0));
  const latencies = now.latencies.map((count, bucket) => count - (before.latencies[bucket] ?? 0));
  return {
    idlePercent: 100 * (1 - busy / ticks),
    packetsPerSecond: packets / (ticks / tscHz),
    cyclesPerPacket: packets > 0 ? busy / packets : null,
    bursts: sum(bursts) > 0 ? { mean: packets / sum(bursts), shares: shares(bursts) } : null,
    latencyUs:
      sum(latencies) > 0
        ? { half: bound(latencies, 0.5), most: bound(latencies, 0.99), all: bound(latencies, 1) }
        : null,
  };
}

function shares(buckets: readonly number[]) {
  return buckets.map((count, bucket) => ({ upTo: 2 ** bucket, percent: (100 * count) / sum(buckets) }));
}

/** The least bound of a bucket below which so great a part lies; null: the last one's. */
function bound(buckets: readonly number[], part: number): number | null {
  const wanted = part * sum(buckets);
  const bucket = buckets.findIndex((_, last) => sum(buckets.slice(0, last + 1)) >= wanted);
  return bucket === buckets.length - 1 ? null : 2 ** bucket;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
