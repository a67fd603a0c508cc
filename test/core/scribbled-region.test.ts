// A region that somebody scribbles on, word by word, while it is attached and read. Every call ends with an answer or an
// EngineError; what is told is possible; records that were not touched are told as before.

import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { Attachment } from "../../mgmt/engine/attachment.ts";
import type { BreachFacts } from "../../mgmt/engine/region_data.ts";
import { quota, serveRegion, temporaryDirectory } from "./regions.ts";

const BREACHED = 5;

// dataplane/region/region.h, dataplane/core/{records,event_ring}.h
const WORKERS = 40;
const SESSIONS = 44;
const LINKS = 60;
const GEOMETRY_BYTES = 136;
const PROCESS = 192;
const HEADER_BYTES = 664;
const RING_HEADER_BYTES = 128;
const EVENT_BYTES = 512;
const WATCH_BYTES = 2688;
const SUBSCRIBER_BYTES = 64;

interface Region {
  readonly path: string;
  readonly honest: Buffer;
  /** Where the first ring, a watch in breach, and its subscriber begin. */
  readonly ring: number;
  readonly watch: number;
  readonly subscriber: number;
  readonly counters: number;
  /** Its slot in the pool. */
  readonly slot: number;
  scribble(at: number, bytes: Uint8Array): Promise<void>;
  restore(at: number, length: number): Promise<void>;
}

async function honestRegion(t: ExecutionContext): Promise<Region> {
  const path = join(await temporaryDirectory(t), "region");
  await serveRegion(path, quota(1), { subscribers: BREACHED, sessions: 2 });
  const honest = await readFile(path);
  const attachment = new Attachment(path);
  const slot = (await attachment.breached()).breaches[2]?.watch.slot ?? -1;
  attachment.close();
  const offset = (field: number) => Number(honest.readBigUInt64LE(field));
  const watch = offset(104) + slot * WATCH_BYTES;
  const file = await open(path, "r+");
  t.teardown(() => file.close());
  const scribble = async (at: number, bytes: Uint8Array) => {
    await file.write(bytes, 0, bytes.length, at);
  };
  return {
    path,
    honest,
    slot,
    watch,
    counters: offset(72),
    ring: offset(80),
    subscriber: offset(96) + honest.readUInt32LE(watch + 40) * SUBSCRIBER_BYTES,
    scribble,
    restore: (at, length) => scribble(at, honest.subarray(at, at + length)),
  };
}

/** Numbers that a word is set to: extremes, and neighbours of what it was. */
function lies(word: number): number[] {
  const near = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, word + 1, word - 1, word ^ 0x10000].map(
    (value) => value >>> 0,
  );
  return [...new Set(near)].filter((value) => value !== word);
}

const bytesOf = (word: number) => Buffer.from(Uint32Array.of(word).buffer);

/** Sets each word of [begin, end) to each lie, and puts it right again. */
async function eachWord(region: Region, begin: number, end: number, look: (what: string) => unknown): Promise<void> {
  for (let at = begin; at < end; at += 4) {
    for (const lie of lies(region.honest.readUInt32LE(at))) {
      await region.scribble(at, bytesOf(lie));
      await look(`word ${(at - begin) / 4} is ${lie}`);
    }
    await region.restore(at, 4);
  }
}

function isPossible({ subscriber, detector }: BreachFacts): boolean {
  const { address, prefixLength, outerVlan, innerVlan } = subscriber;
  const longest = address.includes(":") ? 128 : 32;
  const vlans = [outerVlan, innerVlan].every((vlan) => vlan >= 0 && vlan < 4096);
  return detector > 0 && prefixLength >= 0 && prefixLength <= longest && vlans;
}

/** The breaches that go on: all but the one that was touched as before, and that one left out, or told as something possible. */
async function lookAtBreaches(
  t: ExecutionContext,
  attachment: Attachment,
  touched: number,
  what: string,
): Promise<void> {
  const { breaches, bad } = await attachment.breached();
  const others = breaches.filter(({ watch }) => watch.slot !== touched);
  t.is(others.length, BREACHED - 1, what);
  t.true(
    others.every(({ counted, refused }) => counted === 1 && refused === 1),
    what,
  );
  t.true(
    breaches.every((breach) => isPossible(breach) && breach.counted > 0 && breach.periodMs > 0),
    what,
  );
  t.true(breaches.length + bad <= BREACHED, what);
}

test("a header whose geometry has one word changed is refused, but for what lies outside the file", async (t) => {
  const region = await honestRegion(t);
  const refused = (what: string) => t.throws(() => new Attachment(region.path), { name: "EngineError" }, what);
  await eachWord(region, 0, WORKERS, refused);
  await eachWord(region, SESSIONS + 4, LINKS, refused);
  await eachWord(region, LINKS + 4, GEOMETRY_BYTES, refused);
  // Sessions have no place in the file, and every worker and link that there can be has one: these numbers are only told.
  await region.scribble(WORKERS, bytesOf(8));
  await region.scribble(SESSIONS, bytesOf(7));
  await region.scribble(LINKS, bytesOf(4));
  const attachment = new Attachment(region.path);
  t.like(attachment.header().engine, { workers: 8, sessions: 7 });
  t.is(attachment.header().links, 4);
  t.is(attachment.counters().workers.length, 8);
  t.is(attachment.counters().links.length, 4);
  attachment.close();
});

test("what the header says of its process and its state is told as it is, or as unknown", async (t) => {
  const region = await honestRegion(t);
  const attachment = new Attachment(region.path);
  t.teardown(() => attachment.close());
  const { engine, links } = attachment.header();
  await eachWord(region, PROCESS, HEADER_BYTES, (what) => {
    const header = attachment.header();
    const live = attachment.live();
    t.deepEqual([header.engine, header.links], [engine, links], what);
    t.true(["none", "no-policy", "policy-damaged", "no-memory", "crashes", "unknown"].includes(live.bypass), what);
    t.true(
      live.linkModes.every((mode) => ["forwarding", "bypass", "cutoff", "unknown"].includes(mode)),
      what,
    );
    t.is(live.links.length, links, what);
    t.true(
      live.links.every(({ subscriber }) => typeof subscriber.up === "boolean"),
      what,
    );
  });
});

test("each word of a watch in breach may be anything: the other breaches are told, and this one only if it can be", async (t) => {
  const region = await honestRegion(t);
  const attachment = new Attachment(region.path);
  t.teardown(() => attachment.close());
  await eachWord(region, region.watch, region.watch + WATCH_BYTES, (what) =>
    lookAtBreaches(t, attachment, region.slot, what),
  );
  t.deepEqual((await attachment.breached()).bad, 0);
});

test("each word of a subscriber in breach may be anything", async (t) => {
  const region = await honestRegion(t);
  const attachment = new Attachment(region.path);
  t.teardown(() => attachment.close());
  await eachWord(region, region.subscriber, region.subscriber + SUBSCRIBER_BYTES, (what) =>
    lookAtBreaches(t, attachment, region.slot, what),
  );
});

test("each word of a ring's head and of its events may be anything: events are told, lost, or not there", async (t) => {
  const region = await honestRegion(t);
  await eachWord(region, region.ring, region.ring + RING_HEADER_BYTES + 2 * EVENT_BYTES, (what) => {
    const attachment = new Attachment(region.path);
    const { events, lost } = attachment.events(1000);
    t.true(events.length <= BREACHED && lost >= 0, what);
    t.true(events.every(isPossible), what);
    t.true(
      events.every(({ kind }) => kind === "breach-started" || kind === "breach-ended"),
      what,
    );
    t.deepEqual(attachment.events(1000), { events: [], lost: 0 }, what);
    attachment.close();
  });
});

test("each counter may be anything and is told", async (t) => {
  const region = await honestRegion(t);
  const attachment = new Attachment(region.path);
  t.teardown(() => attachment.close());
  const names = Object.keys(attachment.counters().engine);
  await eachWord(region, region.counters, region.counters + 2048, (what) => {
    const { engine, workers } = attachment.counters();
    t.deepEqual(Object.keys(engine), names, what);
    t.true(
      Object.values(engine).every((count) => Number.isFinite(count) && count >= 0),
      what,
    );
    t.is(workers.length, 1, what);
  });
});

test("scribbles anywhere, any number of them, end in an answer or an EngineError", async (t) => {
  const region = await honestRegion(t);
  // The header, the counters, a ring's beginning, and the records around the first ones.
  const places = [0, region.counters, region.ring, region.subscriber - 128, region.watch - 256];
  const scribble = fc.record({
    place: fc.constantFrom(...places),
    offset: fc.nat(1000),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(scribble, { minLength: 1, maxLength: 8 }), async (scribbles) => {
      const attachment = new Attachment(region.path);
      try {
        for (const { place, offset, bytes } of scribbles) await region.scribble(place + offset, bytes);
        attachment.header();
        attachment.live();
        attachment.counters();
        const { breaches, bad } = await attachment.breached();
        return attachment.events(10_000).events.every(isPossible) && breaches.every(isPossible) && bad <= 8192;
      } finally {
        attachment.close();
        for (const { place, offset, bytes } of scribbles) await region.restore(place + offset, bytes.length);
      }
    }),
    { numRuns: 300 },
  );
  t.pass();
});
