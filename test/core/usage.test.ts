// What was used in a minute, asked for through the addon, against a naive count of what lies in the region.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { Attachment } from "../../mgmt/engine/attachment.ts";
import { loadNative } from "../../mgmt/engine/native.ts";
import { NativeEngine } from "../../mgmt/engine/native_engine.ts";
import type { UsageRecord } from "../../mgmt/engine/region_data.ts";
import { UsageCollector } from "../../mgmt/usage/collector.ts";
import { UsageHistory } from "../../mgmt/usage/history.ts";
import { destinationCount, type Metric, metrics } from "../../mgmt/usage/usage.ts";
import { temporaryDirectory } from "./regions.ts";
import { FIRST_USAGE, ROOM, type Usage, type UsageRegion, type Used, usageRegion } from "./usage-region.ts";

const SUBSCRIBERS = 40;

async function attached(t: ExecutionContext, subscribers = SUBSCRIBERS) {
  const region = await usageRegion(join(await temporaryDirectory(t), "region"), subscribers);
  const attachment = new Attachment(region.path);
  t.teardown(() => attachment.close());
  return { region, attachment };
}

/** All of a minute, a few at a time. */
async function all(attachment: Attachment, minute: number, atOnce = 7) {
  const found: UsageRecord[] = [];
  let bad = 0;
  for (let from: number | null = 0; from !== null; ) {
    const page: Awaited<ReturnType<Attachment["usage"]>> = await attachment.usage(minute, from, atOnce);
    found.push(...page.usage);
    bad += page.bad;
    from = page.next;
  }
  return { found, bad };
}

const now = () => Math.floor(loadNative().bootTimeMs() / 60_000);

const arbitraryUsed: fc.Arbitrary<Used> = fc.record({
  sessions: fc.oneof(fc.constant(0), fc.nat(20), fc.nat(2 ** 31 - 1)),
  refused: fc.oneof(fc.constant(0), fc.nat(20)),
  bytes: fc.oneof(fc.constant(0), fc.nat(1e6), fc.constant(2 ** 40)),
  destinations: fc.uint8Array({ minLength: 16, maxLength: 16 }),
});

/** Of all who are under watch. `minute`: of minutes before the present one. */
const arbitraryRegion = fc.array(
  fc.uniqueArray(
    fc.record({
      service: fc.integer({ min: 1, max: 9 }),
      minute: fc.integer({ min: -4, max: 0 }),
      newer: arbitraryUsed,
      older: arbitraryUsed,
    }),
    { selector: ({ service }) => service, maxLength: ROOM },
  ),
  { minLength: SUBSCRIBERS, maxLength: SUBSCRIBERS },
);

interface Expected extends Used {
  readonly address: string;
  readonly service: number;
}

/** What the region says of a minute. */
function naive({ addresses }: UsageRegion, usages: readonly (readonly Usage[])[], minute: number): Expected[] {
  return usages
    .flatMap((own, watch) =>
      own.flatMap(({ service, ...usage }) => {
        const address = addresses[watch] ?? "";
        if (usage.minute === minute) return { address, service, ...usage.newer };
        return usage.minute === minute + 1 ? { address, service, ...usage.older } : [];
      }),
    )
    .filter(({ sessions, refused, bytes }) => sessions + refused + bytes > 0);
}

const sorted = (rows: readonly Expected[]) =>
  rows
    .map(({ address, service, sessions, refused, bytes, destinations }) =>
      [address, service, sessions, refused, bytes, [...destinations]].join(" "),
    )
    .sort();

test("a scan tells everything that was used in the minute, of everybody once, and nothing else", async (t) => {
  const { region, attachment } = await attached(t);
  await fc.assert(
    fc.asyncProperty(arbitraryRegion, fc.integer({ min: -5, max: 1 }), async (relative, asked) => {
      const present = now();
      const usages = relative.map((own) => own.map((each) => ({ ...each, minute: present + each.minute })));
      await region.write(usages);
      const { found, bad } = await all(attachment, present + asked);
      t.is(bad, 0);
      const told = found.map(({ subscriber, ...rest }) => ({ address: subscriber.address, ...rest }));
      t.deepEqual(sorted(told), sorted(naive(region, usages, present + asked)));
    }),
    { numRuns: 60 },
  );
});

const valueIn = (metric: Metric, row: Used) =>
  metric === "destinations" ? destinationCount(row.destinations).count : row[metric];

test("tops are those of a sorted list, and are told with how many there are and what they used together", async (t) => {
  const { region, attachment } = await attached(t);
  const asked = fc.record({
    metric: fc.constantFrom(...metrics),
    service: fc.integer({ min: 1, max: 9 }),
    count: fc.integer({ min: 1, max: 50 }),
  });
  await fc.assert(
    fc.asyncProperty(arbitraryRegion, asked, async (relative, { metric, service, count }) => {
      const minute = now() - 1;
      const usages = relative.map((own) => own.map((each) => ({ ...each, minute: minute + 1 + each.minute })));
      await region.write(usages);
      const rows = naive(region, usages, minute).filter((row) => row.service === service && valueIn(metric, row) > 0);
      const { top, active, total } = await attachment.tops({ minute, service, metric, count });
      t.is(active, rows.length);
      if (metric !== "destinations")
        t.is(
          total,
          rows.reduce((sum, row) => sum + valueIn(metric, row), 0),
        );
      const expected = rows.map((row) => valueIn(metric, row)).sort((a, b) => b - a);
      t.deepEqual(
        top.map((row) => valueIn(metric, row)),
        expected.slice(0, count),
      );
      for (const row of top) {
        const own = rows.find(({ address }) => address === row.subscriber.address);
        t.is(own && valueIn(metric, own), valueIn(metric, row));
      }
    }),
    { numRuns: 60 },
  );
});

const some: Used = { sessions: 1, refused: 0, bytes: 60, destinations: new Uint8Array(16) };
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: bigint) => Buffer.from(BigUint64Array.of(value).buffer);

const lies: readonly (readonly [what: string, offset: number, bytes: Buffer])[] = [
  ["a lock that nobody gives back", 0, u32(1)],
  ["a state that is none", 4, u32(7)],
  ["another generation than its subscriber knows", 8, u32(99)],
  ["usages that there is no room for", 24, u64(1n << 8n)],
  ["a subscriber beyond the table", 40, u32(0xffffffff)],
  ["no service", FIRST_USAGE, u32(0)],
  ["a minute to come", FIRST_USAGE + 4, u32(0xfffffffe)],
];

for (const [what, offset, bytes] of lies) {
  test(`a watch with ${what} is left out, and the others are told`, async (t) => {
    const { region, attachment } = await attached(t, 5);
    const minute = now();
    await region.write(region.addresses.map(() => [{ service: 1, minute, newer: some, older: some }]));
    await region.scribble(2, offset, bytes);
    const { found, bad } = await all(attachment, minute - 1);
    t.deepEqual([found.length, bad], [4, 1]);
    t.false(found.some(({ subscriber }) => subscriber.address === region.addresses[2]));
  });
}

test("more bytes than a minute can have are not believed", async (t) => {
  const { region, attachment } = await attached(t, 2);
  const minute = now();
  await region.write(region.addresses.map(() => [{ service: 1, minute, newer: some, older: some }]));
  for (const half of [0, 1]) await region.scribble(0, FIRST_USAGE + 16 + 32 * half, u64(1n << 53n));
  const { found, bad } = await all(attachment, minute);
  t.deepEqual([found.length, bad], [1, 1]);
});

test("a daemon's collector puts a minute of a real region on record, page by page, and the tops are of the same", async (t) => {
  const directory = await temporaryDirectory(t);
  await mkdir(join(directory, "fastpath"));
  const { addresses, write } = await usageRegion(join(directory, "fastpath/region"), 250);
  const minute = now() - 1;
  const usedBy = (host: number): Used => ({ ...some, sessions: host + 1 });
  await write(addresses.map((_, host) => [{ service: 1, minute, newer: usedBy(host), older: some }]));
  const engine = new NativeEngine(directory);
  t.teardown(() => engine.stop());
  await engine.start({ attached: () => {}, detached: () => {} }, []);
  const history = new UsageHistory();
  t.teardown(() => history.stop());
  await history.start(join(directory, "usage.db"));
  // The fast path of the test is younger than the minute.
  const nowMs = (minute + 1) * 60_000 + 1000;
  const clock = { now: () => nowMs, nowMs: () => nowMs };
  const log = { say: () => {} };
  const services = { serviceName: () => "smtp", measured: () => ["smtp"] };
  await new UsageCollector({ engine, history, log, clock, ...services }).look();
  const report = await history.call("top", { service: "smtp", metric: "sessions", minutes: 60, count: 3, now: nowMs });
  t.like(report, { active: 250, total: (250 * 251) / 2, covered: { minutes: 1, missing: 0, partial: 1 } });
  t.deepEqual(
    report?.top.map(({ subscriber, value }) => [subscriber.address, value.count]),
    [249, 248, 247].map((host) => [addresses[host], host + 1]),
  );
  const tops = await engine.tops({ minute, service: 1, metric: "sessions", count: 3 });
  t.deepEqual(
    tops.top.map(({ subscriber }) => subscriber.address),
    report?.top.map(({ subscriber }) => subscriber.address),
  );
});

test("arguments are checked before the addon sees them, and a scan outlives its attachment", async (t) => {
  const { region, attachment } = await attached(t, 3);
  for (const max of [0, 1.5, 1001]) await t.throwsAsync(attachment.usage(1, 0, max), { instanceOf: RangeError });
  for (const from of [-1, 0.5, 2 ** 32]) await t.throwsAsync(attachment.usage(1, from, 1), { instanceOf: RangeError });
  for (const minute of [-1, 2 ** 32, Number.NaN]) {
    await t.throwsAsync(attachment.usage(minute, 0, 1), { instanceOf: RangeError });
    const order = { minute, service: 1, metric: "bytes", count: 1 } as const;
    await t.throwsAsync(attachment.tops(order), { instanceOf: RangeError });
  }
  t.deepEqual(await attachment.usage(now(), 1_000_000, 10), { usage: [], next: null, bad: 0 });
  const minute = now();
  await region.write(region.addresses.map(() => [{ service: 1, minute, newer: some, older: some }]));
  const scan = attachment.usage(minute, 0, 10);
  const tops = attachment.tops({ minute, service: 1, metric: "sessions", count: 10 });
  attachment.close();
  t.is((await scan).usage.length, 3);
  t.is((await tops).top.length, 3);
});
