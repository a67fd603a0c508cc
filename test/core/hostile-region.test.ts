// Files that are no region, or one that lies. Node must not fall, and nothing untrue may be told.

import { copyFile, mkdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { Attachment } from "../../mgmt/engine/attachment.ts";
import type { EngineErrorCode } from "../../mgmt/engine/engine_port.ts";
import { overwrite, quota, serveRegion, temporaryDirectory } from "./regions.ts";

const BREACHED = 5;

/** A region with five subscribers in breach. */
async function honestRegion(t: ExecutionContext): Promise<string> {
  const path = join(await temporaryDirectory(t), "region");
  await serveRegion(path, quota(1), { subscribers: BREACHED, sessions: 2 });
  return path;
}

function refused(t: ExecutionContext, path: string, code: EngineErrorCode, about: string): void {
  const error = t.throws(() => new Attachment(path), { name: "EngineError" }, about);
  t.is((error as { code?: string } | undefined)?.code, code, about);
  t.regex(error?.message ?? "", /^[^\n]+\.$/, about);
}

// struct region_header (dataplane/region/region.h): the fields that say where things are and how many.
const fields: readonly (readonly [name: string, offset: number, bytes: 4 | 8, code: EngineErrorCode])[] = [
  ["magic", 0, 8, "not-a-region"],
  ["version", 8, 4, "other-version"],
  ["layout", 12, 4, "other-version"],
  ["first half of the boot id", 16, 8, "other-boot"],
  ["second half of the boot id", 24, 8, "other-boot"],
  ["size", 32, 8, "damaged"],
  ["workers", 40, 4, "damaged"],
  ["subscribers", 48, 4, "damaged"],
  ["watches", 52, 4, "damaged"],
  ["detectors", 56, 4, "damaged"],
  ["links", 60, 4, "damaged"],
  ["event capacity", 64, 4, "damaged"],
  ["offset of counters", 72, 8, "damaged"],
  ["offset of rings", 80, 8, "damaged"],
  ["stride of rings", 88, 8, "damaged"],
  ["offset of subscribers", 96, 8, "damaged"],
  ["offset of watches", 104, 8, "damaged"],
  ["offset of policies", 112, 8, "damaged"],
  ["stride of policies", 120, 8, "damaged"],
  ["offset of samples", 128, 8, "damaged"],
];

for (const [name, offset, bytes, code] of fields) {
  test(`a header with a wrong ${name} is refused`, async (t) => {
    const path = await honestRegion(t);
    const honest = (await readFile(path)).subarray(offset, offset + bytes);
    const value = bytes === 4 ? BigInt(honest.readUInt32LE()) : honest.readBigUInt64LE();
    const wrongValues = { zero: 0n, greatest: 2n ** 64n - 1n, more: value + 64n, less: value - 64n };
    for (const [which, wrong] of Object.entries(wrongValues)) {
      const field = Buffer.alloc(8);
      field.writeBigUInt64LE(BigInt.asUintN(64, wrong));
      await overwrite(path, offset, field.subarray(0, bytes));
      // A size beyond the file is a file that was cut.
      const isBeyond = name === "size" && BigInt.asUintN(64, wrong) > value;
      t.throws(() => new Attachment(path), { name: "EngineError" }, which);
      if (!isBeyond) refused(t, path, code, which);
    }
  });
}

test("a region that was cut short is refused wherever the cut is", async (t) => {
  const path = await honestRegion(t);
  const { length } = await readFile(path);
  for (const size of [length - 1, length / 2, 4096, 4095, 100, 1, 0]) {
    await truncate(path, size);
    refused(t, path, "too-short", `${size} bytes`);
  }
});

test("what is no region is refused by its kind", async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, "text"), "no region\n".repeat(1000));
  await mkdir(join(directory, "directory"));
  refused(t, join(directory, "nothing"), "absent", "no file");
  refused(t, join(directory, "text/below"), "absent", "no such directory");
  refused(t, join(directory, "text"), "not-a-region", "another file");
  refused(t, join(directory, "directory"), "not-a-region", "a directory");
  refused(t, "/dev/null", "not-a-region", "a device");
});

// struct watch and struct subscriber (dataplane/core/records.h).
const WATCH_BYTES = 2688;
const WINDOW = 576;
const SUBSCRIBER_BYTES = 64;
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: bigint) => Buffer.from(BigUint64Array.of(value).buffer);

const lies: readonly (readonly [what: string, record: "watch" | "subscriber", offset: number, bytes: Buffer])[] = [
  ["a lock that nobody gives back", "watch", 0, u32(1)],
  ["a state that is none", "watch", 4, u32(7)],
  ["another generation than its subscriber knows", "watch", 8, u32(99)],
  ["breaches of windows that there are not", "watch", 32, u64(0x100n)],
  ["a breach of a window that nobody has", "watch", 16, u64(0n)],
  ["windows that there are not", "watch", 16, u64(0x101n)],
  ["a subscriber beyond the table", "watch", 40, u32(0xffffffff)],
  ["another generation of its subscriber", "watch", 44, u32(99)],
  ["more destinations than there is room for", "watch", 56, u32(17)],
  ["a period from the future", "watch", WINDOW, u64(2n ** 63n)],
  ["a period that never started", "watch", WINDOW, u64(0n)],
  ["a signal from the future", "watch", WINDOW + 8, u64(2n ** 63n)],
  ["a period of no length", "watch", WINDOW + 16, u32(0)],
  ["a breach of no detector", "watch", WINDOW + 24, u32(0)],
  ["a window of no kind", "watch", WINDOW + 28, u32(3)],
  ["a breach without a signal", "watch", WINDOW + 32, u32(0)],
  ["a subscriber with another watch", "subscriber", 32, u32(4000)],
  ["a subscriber with tags beyond 24 bits", "subscriber", 40, u32(0xffffffff)],
  ["a subscriber with an impossible prefix", "subscriber", 54, Buffer.of(200)],
  ["a subscriber of a kind that is none", "subscriber", 55, Buffer.of(3)],
  ["a mapping in place of the subscriber", "subscriber", 55, Buffer.of(2)],
  ["a subscriber that is free", "subscriber", 60, u32(0)],
];

test("a record that contradicts itself is counted and left out, and the others are told", async (t) => {
  const path = await honestRegion(t);
  const attachment = new Attachment(path);
  t.teardown(() => attachment.close());
  const honest = await readFile(path);
  const { breaches } = await attachment.breached();
  const slot = breaches[2]?.watch.slot ?? -1;
  const watch = Number(honest.readBigUInt64LE(104)) + slot * WATCH_BYTES;
  const subscriber = Number(honest.readBigUInt64LE(96)) + honest.readUInt32LE(watch + 40) * SUBSCRIBER_BYTES;

  for (const [what, record, offset, bytes] of lies) {
    const at = (record === "watch" ? watch : subscriber) + offset;
    await overwrite(path, at, bytes);
    const found = await attachment.breached();
    t.deepEqual([found.breaches.length, found.bad], [BREACHED - 1, 1], what);
    const { subscribers } = await attachment.subscribers({ inBreach: true }, 0, 1000);
    t.is(subscribers.length, BREACHED - 1, what);
    await overwrite(path, at, honest.subarray(at, at + bytes.length));
  }
  t.is((await attachment.breached()).breaches.length, BREACHED);
  t.is((await attachment.subscribers({ inBreach: true }, 0, 1000)).subscribers.length, BREACHED);
});

// struct sample (dataplane/core/sample.h), in slots behind the head of its ring (dataplane/core/slot_ring.h).
const RING_HEAD_BYTES = 64;
const SAMPLE_BYTES = 2048;
const sampleLies: readonly (readonly [what: string, offset: number, bytes: Buffer])[] = [
  ["a sequence that is another slot's", 0, u64(99n)],
  ["tags beyond 24 bits", 40, u32(0xffffffff)],
  ["a length below what was captured", 44, u32(59)],
  ["more bytes than a slot has", 48, Buffer.of(0xff, 0xff)],
  ["a byte more than a slot has", 48, Buffer.from(Uint16Array.of(1993).buffer)],
  ["a link that there is not", 50, Buffer.of(1)],
  ["a side that is none", 51, Buffer.of(2)],
  ["a kind that is none", 52, Buffer.of(200)],
  ["a verdict that is none", 53, Buffer.of(200)],
  ["a session's state that is none", 54, Buffer.of(200)],
];

test("a sample that cannot have been written is a lost one, and the others are told", async (t) => {
  const path = await honestRegion(t);
  const honest = await readFile(path);
  const ring = Number(honest.readBigUInt64LE(128));
  // The third sample is in the third slot, as the first is in that with number 1.
  const sample = ring + RING_HEAD_BYTES + 3 * SAMPLE_BYTES;
  for (const [what, offset, bytes] of sampleLies) {
    await overwrite(path, sample + offset, bytes);
    const attachment = new Attachment(path);
    const { samples, lost } = attachment.samples("capture", 1000);
    attachment.close();
    t.deepEqual([samples.length, lost], [2 * BREACHED - 1, 1], what);
    await overwrite(path, sample, honest.subarray(sample, sample + SAMPLE_BYTES));
  }
});

test("a sample ring that says it is elsewhere gives no sample and no endless loop", async (t) => {
  const path = await honestRegion(t);
  const ring = Number((await readFile(path)).readBigUInt64LE(128));
  for (const next of [0n, 1n, 2n ** 53n, 2n ** 64n - 1n]) {
    await overwrite(path, ring, u64(next));
    await overwrite(path, ring + 8, u64(2n ** 64n - 1n));
    const attachment = new Attachment(path);
    t.deepEqual(attachment.samples("capture", 1000).samples, [], `${next}`);
    attachment.close();
  }
});

/** The same noise in every run (xorshift32). */
function noise(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}

test("a region of noise behind an honest header is read to its end without a fall", async (t) => {
  const honest = await honestRegion(t);
  const started = 192;
  const length = (await readFile(honest)).length - started;
  for (const seed of [1, 2, 3]) {
    const path = `${honest}.${seed}`;
    await copyFile(honest, path);
    await overwrite(path, started, noise(seed, length));
    const attachment = new Attachment(path);
    t.notThrows(() => [attachment.header(), attachment.live(), attachment.counters()]);
    // Events without sense are lost ones; none is made up of noise but by a chance of one in millions.
    for (let i = 0; i < 20; i++) t.deepEqual(attachment.events(1000).events, []);
    for (let i = 0; i < 20; i++) t.deepEqual(attachment.samples("capture", 1000).samples, []);
    const { breaches, bad } = await attachment.breached();
    t.deepEqual(breaches, []);
    t.true(bad > 0);
    t.deepEqual((await attachment.subscribers({}, 0, 1000)).subscribers, []);
    t.is(await attachment.subscriberCount({}), 0);
    attachment.close();
  }
});

test("a header that changes after it was attached moves no read", async (t) => {
  const path = await honestRegion(t);
  const attachment = new Attachment(path);
  t.teardown(() => attachment.close());
  await overwrite(path, 0, Buffer.alloc(136, 0xff));
  t.deepEqual(attachment.header().engine, {
    workers: 1,
    sessions: 65536,
    subscribers: 8192,
    watches: 8192,
    detectors: 8,
  });
  t.is(attachment.counters().engine.sessions_opened, BREACHED);
  t.is(attachment.events(100).events.length, BREACHED);
  t.is((await attachment.breached()).breaches.length, BREACHED);
});
