// Reports against a naive count over random rows.
import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { baseline } from "../../mgmt/reports/baseline.ts";
import { topUsage } from "../../mgmt/reports/top-usage.ts";
import { destinationCount, metrics, type NamedUsage } from "../../mgmt/usage/usage.ts";
import { BOOT } from "../daemon/parts.ts";
import { arbitraryUsage, minute, record, used } from "../usage/rows.ts";

/** Minutes of the machine's run, some of them missing, and what was used in each. */
const arbitraryRun = fc
  .array(fc.option(arbitraryUsage, { freq: 5 }), { minLength: 1, maxLength: 12 })
  .map((minutes) => minutes.flatMap((usage, at) => (usage ? { at, usage } : [])));

type Run = readonly { readonly at: number; readonly usage: readonly NamedUsage[] }[];

function recordOf(t: ExecutionContext, run: Run) {
  const { table } = record(t);
  for (const { at, usage } of run) table.save(minute(at), usage);
  return table;
}

const hour = { service: "smtp", minutes: 60, count: 4, now: BOOT + 12 * 60_000 };

test("top subscribers are those of a naive count, and shares are of all", async (t) => {
  await fc.assert(
    fc.asyncProperty(arbitraryRun, fc.constantFrom(...metrics), async (run, metric) => {
      const rows = run.flatMap(({ usage }) => usage).filter(({ service }) => service === "smtp");
      const hosts = [...new Set(rows.map(({ subscriber }) => subscriber.address))];
      const measured = hosts.map((host) => {
        const own = rows.filter(({ subscriber }) => subscriber.address === host);
        if (metric !== "destinations") return own.reduce((sum, row) => sum + row[metric], 0);
        const union = Array.from({ length: 16 }, (_, byte) =>
          own.reduce((all, row) => all | (row.destinations[byte] ?? 0), 0),
        );
        return destinationCount(Uint8Array.from(union)).count;
      });
      const expected = measured.filter((value) => value > 0).sort((a, b) => b - a);
      const report = await topUsage(recordOf(t, run), { ...hour, metric });
      if (report === null) {
        t.is(rows.length, 0);
        return;
      }
      t.is(report.active, expected.length);
      t.deepEqual(
        report.top.map(({ value }) => value.count),
        expected.slice(0, 4),
      );
      for (const { subscriber, value } of report.top) t.is(measured[hosts.indexOf(subscriber.address)], value.count);
      const total = expected.reduce((sum, value) => sum + value, 0);
      t.is(report.total, metric === "destinations" ? null : total);
    }),
    { numRuns: 200 },
  );
});

/** The most of a host's attempts in `extent` minutes in a row. */
function fullest(run: Run, host: string, extent: number): number {
  const starts = Array.from({ length: 24 }, (_, start) => start - 12);
  const sums = starts.map((start) =>
    run
      .filter(({ at }) => at >= start && at < start + extent)
      .flatMap(({ usage }) => usage)
      .filter(({ service, subscriber }) => service === "smtp" && subscriber.address === host)
      .reduce((sum, { sessions, refused }) => sum + sessions + refused, 0),
  );
  return Math.max(...sums);
}

test("the baseline is that of a naive count, and its quota is the least that touches no more than was asked for", async (t) => {
  const arbitraryAsked = fc.record({
    periodMinutes: fc.integer({ min: 1, max: 5 }),
    share: fc.integer({ min: 0, max: 100_000 }).map((thousandths) => thousandths / 1000),
  });
  await fc.assert(
    fc.asyncProperty(arbitraryRun, arbitraryAsked, async (run, { periodMinutes, share }) => {
      const hosts = [...new Set(run.flatMap(({ usage }) => usage).map(({ subscriber }) => subscriber.address))];
      const largest = (extent: number) =>
        hosts
          .map((host) => fullest(run, host, extent))
          .filter((most) => most > 0)
          .sort((a, b) => a - b);
      const [atLeast, atMost] = [largest(periodMinutes), largest(periodMinutes + 1)];
      const report = await baseline(recordOf(t, run), { ...hour, periodMinutes, share });
      if (report === null) {
        t.deepEqual(atMost, []);
        return;
      }
      t.is(report.active, atMost.length);
      const rank = (sorted: number[], percent: number) =>
        sorted.find((_, at) => (at + 1) * 1000 >= percent * 10 * sorted.length);
      for (const each of report.percentiles) {
        t.deepEqual([each.atLeast, each.atMost], [rank(atLeast, each.percent), rank(atMost, each.percent)] as never);
      }
      for (const { first, last, subscribers } of report.histogram) {
        t.is(subscribers, atMost.filter((most) => most >= first && most <= last).length);
      }
      t.is(
        report.histogram.reduce((sum, { subscribers }) => sum + subscribers, 0),
        atMost.length,
      );
      const touchedBy = (threshold: number) => atMost.filter((most) => most >= threshold).length;
      const quotas = Array.from({ length: 1 + (atMost.at(-1) ?? 0) }, (_, index) => index + 1);
      const threshold = quotas.find((quota) => touchedBy(quota) * 100_000 <= Math.round(share * 1000) * atMost.length);
      t.deepEqual(
        report.proposal,
        threshold && atMost.length > 0 ? { threshold, touched: touchedBy(threshold) } : null,
      );
    }),
    { numRuns: 300 },
  );
});

test("percentiles and shares of round numbers of subscribers are exact", async (t) => {
  for (const thousands of [1, 2, 3, 7]) {
    const { table } = record(t);
    const hosts = [...Array(1000 * thousands).keys()];
    const most = (host: number) => (host < thousands ? 5000 : 1 + host);
    table.save(
      minute(0),
      hosts.map((host) => used(host, { sessions: most(host) })),
    );
    const sorted = hosts.map(most).sort((a, b) => a - b);
    const report = await baseline(table, { ...hour, periodMinutes: 1, share: 0.7 });
    const of = (wanted: number) => report?.percentiles.find(({ percent }) => percent === wanted)?.atMost;
    t.is(of(99.9), sorted[999 * thousands - 1]);
    t.is(of(99), sorted[990 * thousands - 1]);
    t.is(of(100), sorted.at(-1));
    const spared = sorted.at(-1 - 7 * thousands) ?? 0;
    const touched = sorted.filter((count) => count > spared).length;
    t.deepEqual(report?.proposal, { threshold: spared + 1, touched });
    if (thousands <= 3) t.is(touched, 7 * thousands);
  }
});

test("a period as a detector counts it holds no more than the bound, wherever it begins", (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(10 * 60_000 - 1), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 3 }),
      (times, periodMinutes) => {
        const counted = (from: number, to: number) => times.filter((at) => at >= from && at < to).length;
        const anywhere = Math.max(...times.map((at) => counted(at, at + periodMinutes * 60_000)));
        const aligned = (extent: number) =>
          Math.max(
            ...Array.from({ length: 13 }, (_, start) => counted((start - 3) * 60_000, (start - 3 + extent) * 60_000)),
          );
        t.true(aligned(periodMinutes) <= anywhere && anywhere <= aligned(periodMinutes + 1));
      },
    ),
  );
});

test("no period goes on over a start of the machine", async (t) => {
  const { table } = record(t);
  table.save(minute(100), [used(1, { sessions: 5 })]);
  table.save(minute(0, { bootId: "boot-2", startedAt: BOOT + 101 * 60_000 }), [used(1, { sessions: 4 })]);
  const report = await baseline(table, { ...hour, periodMinutes: 5, share: 0, now: BOOT + 102 * 60_000 });
  t.deepEqual(report?.proposal, { threshold: 6, touched: 0 });
});

test("a report says which minutes it is about, and which it lacks", async (t) => {
  const { table } = record(t);
  const covered = async (minutes: number, nowMinutes: number) => {
    const now = BOOT + nowMinutes * 60_000 + 5000;
    const { from, to, ...rest } = (await topUsage(table, { ...hour, metric: "sessions", minutes, now }))?.covered ?? {
      from: 0,
      to: 0,
    };
    return { from: (from - BOOT) / 60_000, to: (to - BOOT) / 60_000, ...rest };
  };
  for (const at of [8, 9]) table.save(minute(at), [used(1, { service: "dns" })]);
  for (const at of [10, 11, 12, 25, 26]) table.save(minute(at, { whole: at !== 12 }), [used(1)]);
  t.deepEqual(await covered(60, 27), { from: 10, to: 27, minutes: 17, missing: 12, unmeasured: 0, partial: 1 });
  t.deepEqual(await covered(10, 27), { from: 17, to: 27, minutes: 10, missing: 8, unmeasured: 0, partial: 0 });
  t.deepEqual(
    await covered(10, 28),
    { from: 17, to: 27, minutes: 10, missing: 8, unmeasured: 0, partial: 0 },
    "one may be read yet",
  );
  t.deepEqual(await covered(10, 30), { from: 19, to: 29, minutes: 10, missing: 8, unmeasured: 0, partial: 0 });
  t.deepEqual(await covered(10, 100), { from: 89, to: 99, minutes: 10, missing: 10, unmeasured: 0, partial: 0 });
});

test("a clock that is not quite even loses no minute", async (t) => {
  const { table } = record(t);
  for (let at = 0; at < 100; at++) table.save(minute(at, { startedAt: BOOT + at * 60_003 }), [used(1)]);
  const report = await topUsage(table, { ...hour, metric: "sessions", now: BOOT + 100 * 60_003 + 1500 });
  t.like(report, { covered: { minutes: 60, missing: 0, partial: 0 }, total: 60 });
});

test("a report covers the minutes since the service was first measured, and says in which of them it was not", async (t) => {
  const { table } = record(t);
  for (let at = 0; at < 1440; at++) {
    const measured = at >= 1435 && at !== 1437 ? ["dns", "smtp"] : ["dns"];
    table.save(minute(at, { measured }), at === 1436 ? [used(1)] : []);
  }
  const day = { ...hour, minutes: 1440, now: BOOT + 1440 * 60_000 };
  const known = { minutes: 5, missing: 0, unmeasured: 1, partial: 0 };
  t.like(await baseline(table, { ...day, periodMinutes: 1, share: 1 }), { covered: known, active: 1 });
  t.like(await topUsage(table, { ...day, metric: "sessions" }), { covered: known });
  t.like(await topUsage(table, { ...day, service: "dns", metric: "sessions" }), {
    covered: { minutes: 1440, unmeasured: 0 },
  });
});

test("the latest minutes are the machine's, however the clock was set", async (t) => {
  for (const set of [-60, -3, 5, 600]) {
    const { table } = record(t);
    for (let at = 0; at < 130; at++) {
      table.save(minute(at, { startedAt: BOOT + (at + (at < 120 ? 0 : set)) * 60_000 }), [used(1)]);
    }
    const now = BOOT + (130 + set) * 60_000;
    const report = await topUsage(table, { ...hour, metric: "sessions", now });
    t.like(report, { covered: { to: now, minutes: 60, missing: 0 }, total: 60 });
  }
});

test("of a service that was never measured there is no report", async (t) => {
  const { table } = record(t);
  t.is(await topUsage(table, { ...hour, metric: "sessions" }), null);
  table.save(minute(1), [used(1, { service: "dns" })]);
  t.is(await topUsage(table, { ...hour, metric: "sessions" }), null);
  t.is(await baseline(table, { ...hour, periodMinutes: 1, share: 1 }), null);
});
