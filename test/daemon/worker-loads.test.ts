// What is made of two looks at a worker's meter, on counts chosen by hand.
import test from "ava";
import type { WorkerCounters } from "../../mgmt/engine/region_data.ts";
import { LATENCY_TOLD_US, loadOf, WorkerLoads } from "../../mgmt/status/worker_loads.ts";
import { region } from "./parts.ts";

const HZ = 1_000_000_000;

/** A worker that never did anything, or what the test says. */
function worker(changes: Partial<WorkerCounters> = {}): WorkerCounters {
  return {
    ...{
      heartbeat: 0,
      turnsIdle: 0,
      handedOver: 0,
      samplesSuppressed: 0,
      dhcpSuppressed: 0,
      ticks: 0,
      ticksBusy: 0,
      packets: 0,
    },
    bursts: [0, 0, 0, 0, 0, 0],
    latencies: Array(21).fill(0),
    ...changes,
  };
}

/** Counts by bucket, where there are any. */
function buckets(length: number, counts: Readonly<Record<number, number>>): number[] {
  return Array.from({ length }, (_, bucket) => counts[bucket] ?? 0);
}

test("a worker's load is what grew between two looks", (t) => {
  const before = worker({ ticks: 5000, ticksBusy: 700, packets: 3, bursts: buckets(6, { 0: 3 }) });
  const now = worker({
    ticks: 5000 + 2 * HZ,
    ticksBusy: 700 + HZ / 2,
    packets: 1003,
    bursts: buckets(6, { 0: 153, 3: 50, 5: 50 }),
    latencies: buckets(21, { 3: 400, 4: 580, 9: 19, 11: 1 }),
  });
  t.deepEqual(loadOf(before, now, HZ), {
    idlePercent: 75,
    packetsPerSecond: 500,
    cyclesPerPacket: 500_000,
    bursts: {
      mean: 4,
      shares: [
        { upTo: 1, percent: 60 },
        { upTo: 2, percent: 0 },
        { upTo: 4, percent: 0 },
        { upTo: 8, percent: 20 },
        { upTo: 16, percent: 0 },
        { upTo: 32, percent: 20 },
      ],
    },
    latencyUs: { half: 16, most: 512, all: 2048 },
  });
});

test("the last bucket of latencies has no bound", (t) => {
  const now = worker({ ticks: HZ, packets: 4, latencies: buckets(21, { 19: 2, 20: 2 }) });
  t.deepEqual(loadOf(worker(), now, HZ)?.latencyUs, { half: LATENCY_TOLD_US, most: null, all: null });
});

test("an idle worker has no figures of packets, and one that stands still has none at all", (t) => {
  t.deepEqual(loadOf(worker(), worker({ ticks: HZ }), HZ), {
    ...{ idlePercent: 100, packetsPerSecond: 0, cyclesPerPacket: null, bursts: null, latencyUs: null },
  });
  t.is(loadOf(worker({ ticks: HZ }), worker({ ticks: HZ }), HZ), null);
  t.is(loadOf(worker(), worker({ ticks: HZ }), 0), null, "its clock's rate is not known");
});

/** Looks at one worker that finds a packet each millisecond. */
function see(loads: WorkerLoads, nowMs: number, packets: number): void {
  const said = region();
  const workers = [worker({ ticks: (nowMs * HZ) / 1000, packets })];
  loads.see({ ...said, live: { ...said.live, tscHz: HZ }, counters: { ...said.counters, workers } }, nowMs);
}

test("the load is of the last ten seconds", (t) => {
  const loads = new WorkerLoads();
  t.deepEqual(loads.loads(), []);
  see(loads, 1000, 0);
  t.deepEqual(loads.loads(), [null], "one look says nothing");
  for (let ms = 1250; ms <= 61_000; ms += 250) see(loads, ms, ms <= 51_000 ? 7 * ms : 7 * 51_000 + (ms - 51_000));
  t.is(loads.loads()[0]?.packetsPerSecond, 1000);
});

test("what another process did is forgotten", (t) => {
  const loads = new WorkerLoads();
  see(loads, 1000, 0);
  see(loads, 2000, 1000);
  t.is(loads.loads()[0]?.packetsPerSecond, 1000);
  loads.forget();
  t.deepEqual(loads.loads(), []);
});
