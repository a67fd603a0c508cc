// The subscribers of a region, asked for through the addon.

import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { Attachment } from "../../mgmt/engine/attachment.ts";
import type { SubscriberRecord } from "../../mgmt/engine/region_data.ts";
import type { SubscriberQuery } from "../../mgmt/engine/subscriber_query.ts";
import { quota, serveRegion, type Traffic, temporaryDirectory } from "./regions.ts";

async function attached(t: ExecutionContext, configuration: string, traffic: Traffic): Promise<Attachment> {
  const path = join(await temporaryDirectory(t), "region");
  await serveRegion(path, configuration, traffic);
  const attachment = new Attachment(path);
  t.teardown(() => attachment.close());
  return attachment;
}

/** All of them, a few at a time. */
async function all(attachment: Attachment, query: SubscriberQuery, atOnce = 7): Promise<SubscriberRecord[]> {
  const found: SubscriberRecord[] = [];
  for (let from: number | null = 0; from !== null; ) {
    const page: Awaited<ReturnType<Attachment["subscribers"]>> = await attachment.subscribers(query, from, atOnce);
    found.push(...page.subscribers);
    from = page.next;
  }
  return found;
}

const lastByte = ({ subscriber }: SubscriberRecord) => Number(subscriber.address.split(".")[3]);

test("a subscriber is told with what is counted of him, and whether he is in breach", async (t) => {
  const attachment = await attached(t, quota(3), { subscribers: 1, sessions: 5 });
  await serveRegion(attachment.path, quota(3), { first: 2, subscribers: 1, sessions: 2 });
  const [blocked, counted, ...others] = (await all(attachment, {})).sort((a, b) => lastByte(a) - lastByte(b));
  t.deepEqual(others, []);
  t.deepEqual(blocked?.subscriber, { address: "10.0.0.1", prefixLength: 32, outerVlan: 0, innerVlan: 0 });
  const { startedMs } = attachment.header();
  for (const record of [blocked, counted]) {
    t.like(record, { template: 0, openSessions: 0 });
    t.true(record !== undefined && record.createdMs <= record.lastSeenMs && record.lastSeenMs - startedMs < 60_000);
  }
  const period = { detector: 2, periodMs: 3_600_000 };
  t.like(blocked?.windows, [{ ...period, counted: 3, refused: 2, inBreach: true }]);
  t.like(counted?.windows, [{ ...period, counted: 2, refused: 0, inBreach: false }]);
  t.true((blocked?.windows[0]?.periodStartedMs ?? Number.POSITIVE_INFINITY) <= startedMs);
});

test("those in breach are asked for alone", async (t) => {
  const attachment = await attached(t, quota(3), { subscribers: 20, sessions: 2 });
  await serveRegion(attachment.path, quota(3), { first: 15, subscribers: 10, sessions: 2 });
  const breached = await all(attachment, { inBreach: true });
  t.deepEqual(breached.map(lastByte).sort(), [15, 16, 17, 18, 19, 20]);
  const inRange = await all(attachment, { within: ["10.0.0.16/30"], inBreach: true });
  t.deepEqual(inRange.map(lastByte).sort(), [16, 17, 18, 19]);
});

test("a period that is over is not told, though nobody swept it", async (t) => {
  const attachment = await attached(t, quota(1, 1), { subscribers: 1, sessions: 1 });
  for (;;) {
    const [record] = await all(attachment, {});
    if (record?.windows.length === 0) break;
  }
  t.deepEqual(await all(attachment, { inBreach: true }), []);
});

test("an address is in one subscriber, or in none", async (t) => {
  const attachment = await attached(t, quota(9), { subscribers: 300, sessions: 1 });
  t.deepEqual((await all(attachment, { containing: "10.0.0.77" })).map(lastByte), [77]);
  for (const containing of ["10.0.1.77", "192.0.2.1", "::ffff:a00:4e", "2001:db8::1"]) {
    t.is((await all(attachment, { containing })).length, containing === "::ffff:a00:4e" ? 1 : 0, containing);
  }
  t.deepEqual(await all(attachment, { within: ["2001:db8::/32"] }), []);
  t.deepEqual(await all(attachment, { within: ["::/0"] }), []);
});

test("the longest prefix around a subscriber decides whether he is wanted", async (t) => {
  const SUBSCRIBERS = 255;
  const attachment = await attached(t, quota(9), { first: 0, subscribers: SUBSCRIBERS, sessions: 1 });
  const prefix = fc
    .tuple(fc.nat(255), fc.integer({ min: 24, max: 32 }))
    .map(([byte, length]) => ({ first: byte & (0xff00 >> (length - 24)) & 0xff, length }));
  const prefixes = fc.array(fc.record({ prefix, wanted: fc.boolean() }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(prefixes, async (chosen) => {
      const text = ({ prefix }: (typeof chosen)[number]) => `10.0.0.${prefix.first}/${prefix.length}`;
      const within = chosen.filter(({ wanted }) => wanted).map(text);
      const except = chosen.filter(({ wanted }) => !wanted).map(text);
      const expected = Array.from({ length: SUBSCRIBERS }, (_, host) => host).filter((host) => {
        const around = chosen.filter(({ prefix: { first, length } }) => (host & (0xff00 >> (length - 24))) === first);
        const longest = Math.max(...around.map(({ prefix }) => prefix.length));
        const deciding = around.filter(({ prefix }) => prefix.length === longest);
        return deciding.length > 0 && deciding.every(({ wanted }) => wanted);
      });
      const found = (await all(attachment, { within, except }, 1000)).map(lastByte);
      t.deepEqual(
        found.sort((a, b) => a - b),
        expected,
      );
      t.is(await attachment.subscriberCount({ within, except }), expected.length);
    }),
    { numRuns: 100 },
  );
});

test("all of a full table are counted, and told once each", async (t) => {
  const attachment = await attached(t, quota(9), { first: 0, subscribers: 8192, sessions: 1 });
  const count = await attachment.subscriberCount({});
  t.is(count, attachment.counters().engine.subscribers_created - attachment.counters().engine.subscriber_table_full);
  const found = await all(attachment, {}, 100);
  t.is(new Set(found.map(({ subscriber }) => subscriber.address)).size, count);
  t.is(found.length, count);
});

test("arguments are checked before the addon sees them, and a walk outlives its attachment", async (t) => {
  const attachment = await attached(t, quota(1), { subscribers: 5, sessions: 1 });
  for (const max of [0, -1, 1.5, 1001, Number.NaN]) {
    await t.throwsAsync(attachment.subscribers({}, 0, max), { instanceOf: RangeError });
  }
  for (const from of [-1, 0.5, 2 ** 32]) {
    await t.throwsAsync(attachment.subscribers({}, from, 1), { instanceOf: RangeError });
  }
  await t.throwsAsync(attachment.subscribers({ containing: "10.0.0" }, 0, 1), { instanceOf: RangeError });
  t.deepEqual(await attachment.subscribers({}, 1_000_000, 10), { subscribers: [], next: null, bad: 0 });
  const walk = attachment.subscribers({}, 0, 10);
  attachment.close();
  t.is((await walk).subscribers.length, 5);
  await t.throwsAsync(attachment.subscriberCount({}), { message: "The attachment is closed." });
});
