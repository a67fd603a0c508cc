// A region read from outside, through the addon.

import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { Attachment } from "../../mgmt/engine/attachment.ts";
import type { EngineEvent } from "../../mgmt/engine/region_data.ts";
import { dropReasons } from "../../mgmt/engine/region_data.ts";
import { quota, serveRegion, type Traffic, temporaryDirectory } from "./regions.ts";

async function regionOf(t: ExecutionContext, configuration: string, traffic?: Traffic): Promise<string> {
  const path = join(await temporaryDirectory(t), "region");
  await serveRegion(path, configuration, traffic);
  return path;
}

function attach(t: ExecutionContext, path: string): Attachment {
  const attachment = new Attachment(path);
  t.teardown(() => attachment.close());
  return attachment;
}

test("the header says what the engine is and who serves it", async (t) => {
  const path = await regionOf(t, quota(10), { subscribers: 3, sessions: 12 });
  const attachment = attach(t, path);
  const header = attachment.header();
  t.like(header, {
    bootId: (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).replace(/[-\n]/g, ""),
    engine: { workers: 1, sessions: 65536, subscribers: 8192, watches: 8192, detectors: 8 },
    links: 1,
    starts: 1,
    adoption: { subscribers: 0, watches: 0, breached: 0, dropped: 0 },
  });
  t.true(header.pid > 1 && header.startedMs > 0);
  await serveRegion(path, quota(10));
  t.like(attachment.header(), { starts: 2, adoption: { subscribers: 3, watches: 3, breached: 3, dropped: 0 } });
});

test("the live state is the control thread's", async (t) => {
  const live = attach(t, await regionOf(t, quota(10))).live();
  t.like(live, { heartbeat: 1, bypass: "none", policyGeneration: 1, policyRevision: 1, mbufs: 1024, mbufsFree: 1000 });
  t.deepEqual(live.linkModes, ["forwarding"]);
  t.deepEqual(live.links, [
    { subscriber: { up: false, missed: 3, starved: 0 }, network: { up: true, missed: 0, starved: 4 } },
  ]);
});

test("the link mode is the one that is obeyed", async (t) => {
  const configuration = quota(10).replace("LineCard 0\n", "LineCard 0\n link mode 0 cutoff\n");
  t.deepEqual(attach(t, await regionOf(t, configuration)).live().linkModes, ["cutoff"]);
});

test("counters carry their names, and a port's packets add up", async (t) => {
  const attachment = attach(t, await regionOf(t, quota(10), { subscribers: 3, sessions: 12 }));
  const { engine, workers, links, ...others } = attachment.counters();
  t.deepEqual(others, {});
  t.like(engine, { sessions_opened: 30, sessions_refused: 6, subscribers_created: 3, breaches: 3, malformed: 0 });
  const idle = {
    heartbeat: 0,
    turnsIdle: 0,
    handedOver: 0,
    samplesSuppressed: 0,
    dhcpSuppressed: 0,
    ticks: 0,
    ticksBusy: 0,
    packets: 0,
  };
  t.deepEqual(workers, [{ ...idle, bursts: Array(6).fill(0), latencies: Array(21).fill(0) }]);
  t.deepEqual(Object.keys(links[0]?.subscriber.dropped ?? {}), dropReasons);
  const none = { refused: 0, evasive: 0, cutoff: 0, transmit: 0, handover_full: 0, oversize: 0 };
  const injected = { injectedPackets: 0, injectedBytes: 0, injectedLost: 0 };
  const silent = {
    ...{ receivedPackets: 0, receivedBytes: 0, forwardedPackets: 0, forwardedBytes: 0 },
    dropped: none,
    ...injected,
  };
  const subscriber = {
    receivedPackets: 36,
    receivedBytes: 36 * 60,
    forwardedPackets: 30,
    forwardedBytes: 30 * 60,
    dropped: { ...none, refused: 6 },
    ...injected,
  };
  t.deepEqual(links, [{ subscriber, network: silent }]);
});

test("events come in order, once, and no more than were asked for", async (t) => {
  const attachment = attach(t, await regionOf(t, quota(2), { subscribers: 5, sessions: 3 }));
  const first = attachment.events(3);
  const rest = attachment.events(100);
  t.deepEqual([first.lost, rest.lost], [0, 0]);
  const events = [...first.events, ...rest.events];
  t.deepEqual(
    events.map(({ sequence }) => sequence),
    [1, 2, 3, 4, 5],
  );
  t.deepEqual(
    events.map(({ subscriber }) => subscriber.address),
    [1, 2, 3, 4, 5].map((host) => `10.0.0.${host}`),
  );
  t.like(events[0], { kind: "breach-started", ring: 0, periodMs: 3_600_000, counted: 2, refused: 0 });
  t.deepEqual(attachment.events(100), { events: [], lost: 0 });
});

test("reading goes on behind the last event that was stored", async (t) => {
  const path = await regionOf(t, quota(1), { subscribers: 4, sessions: 1 });
  const attachment = attach(t, path);
  attachment.resume(0, 3);
  t.deepEqual(
    attachment.events(100).events.map(({ sequence }) => sequence),
    [4],
  );
  await serveRegion(path, quota(1), { first: 100, subscribers: 1, sessions: 1 });
  t.deepEqual(
    attachment.events(100).events.map(({ subscriber }) => subscriber.address),
    ["10.0.0.100"],
  );
});

test("a reader that was lapped learns how many events it lost", async (t) => {
  const attachment = attach(t, await regionOf(t, quota(1), { subscribers: 5000, sessions: 1 }));
  const sequences: number[] = [];
  let lost = 0;
  for (let read = attachment.events(1000); read.events.length > 0; read = attachment.events(1000)) {
    sequences.push(...read.events.map((event: EngineEvent) => event.sequence));
    lost += read.lost;
  }
  t.is(lost + sequences.length, 5000);
  t.is(sequences.at(-1), 5000);
  t.true(lost >= 5000 - 4096);
});

test("samples say what became of each packet, and carry its bytes", async (t) => {
  const attachment = attach(t, await regionOf(t, quota(1), { first: 7, subscribers: 2, sessions: 2 }));
  const { samples, lost } = attachment.samples("capture", 3);
  t.is(lost, 0);
  const [forwarded, refused] = samples;
  t.like(forwarded, {
    ring: 0,
    sequence: 1,
    link: 0,
    side: "subscriber",
    kind: "tcp",
    verdict: "forwarded",
    length: 60,
  });
  t.deepEqual([forwarded?.session, forwarded?.services], ["syn", [0]]);
  t.deepEqual(forwarded?.subscriber, { address: "10.0.0.7", prefixLength: 32, outerVlan: 0, innerVlan: 0 });
  t.deepEqual([...(forwarded?.bytes ?? [])], Array(60).fill(7));
  t.like(refused, { sequence: 2, verdict: "refused", session: "refused" });
  t.true(Math.abs((refused?.timeUs ?? 0) / 1000 - attachment.header().startedMs) < 60_000);
  t.like(samples[2], { sequence: 3, subscriber: { address: "10.0.0.8" } });
  t.is(attachment.samples("capture", 100).samples.length, 1);
  t.deepEqual(attachment.samples("capture", 100), { samples: [], lost: 0 });
  t.deepEqual(attachment.samples("dhcp", 100), { samples: [], lost: 0 }, "another channel has its own");
});

test("a reader that was lapped learns how many samples it lost", async (t) => {
  const attachment = attach(t, await regionOf(t, quota(1), { subscribers: 1000, sessions: 1 }));
  const { samples, lost } = attachment.samples("capture", 1000);
  t.deepEqual([samples.length, lost], [256, 744]);
  t.is(samples.at(-1)?.sequence, 1000);
});

test("the breaches that go on are in the records, as the events told them", async (t) => {
  const attachment = attach(t, await regionOf(t, quota(2), { subscribers: 4, sessions: 5 }));
  const { breaches, bad, readMs } = await attachment.breached();
  t.is(bad, 0);
  t.true(readMs >= attachment.header().startedMs);
  const facts = ({ subscriber, detector, periodStartedMs }: Omit<EngineEvent, "kind">) =>
    JSON.stringify([subscriber, detector, periodStartedMs]);
  const told = attachment.events(100).events;
  t.deepEqual(breaches.map((each) => facts(each as never)).sort(), told.map(facts).sort());
  for (const { counted, refused } of breaches) t.deepEqual([counted, refused], [2, 3]);
  t.is(new Set(breaches.map(({ watch }) => watch.slot)).size, 4);
});

test("a subscriber who is below the quota is no breach", async (t) => {
  const { breaches, bad } = await attach(t, await regionOf(t, quota(3), { subscribers: 4, sessions: 2 })).breached();
  t.deepEqual([breaches, bad], [[], 0]);
});

test("a breach whose period is over goes on no more, though nobody swept it", async (t) => {
  const attachment = attach(t, await regionOf(t, quota(1, 1), { subscribers: 1, sessions: 1 }));
  const startedMs = attachment.events(1).events[0]?.periodStartedMs ?? 0;
  for (;;) {
    const { breaches, readMs } = await attachment.breached();
    if (breaches.length === 0) return t.true(readMs > startedMs + 900);
  }
});

test("a region that is replaced or removed is noticed by its path", async (t) => {
  const path = await regionOf(t, quota(1));
  const attachment = attach(t, path);
  t.false(await attachment.replaced());
  await rename(path, `${path}.old`);
  t.true(await attachment.replaced());
  await serveRegion(path, quota(1));
  t.true(await attachment.replaced());
  t.not(attach(t, path).header().region, attachment.header().region);
});

test("the old region stays readable when its file is gone", async (t) => {
  const path = await regionOf(t, quota(1), { subscribers: 2, sessions: 1 });
  const attachment = attach(t, path);
  await rm(path);
  t.is(attachment.events(100).events.length, 2);
});

test("a closed attachment answers nothing more, and a walk that had begun still ends", async (t) => {
  const attachment = new Attachment(await regionOf(t, quota(1), { subscribers: 5, sessions: 1 }));
  const walk = attachment.breached();
  attachment.close();
  t.is((await walk).breaches.length, 5);
  t.throws(() => attachment.counters(), { message: "The attachment is closed." });
  await t.throwsAsync(() => attachment.breached(), { message: "The attachment is closed." });
  attachment.close();
});

test("arguments are checked before the addon sees them", async (t) => {
  const attachment = attach(t, await regionOf(t, quota(1)));
  for (const max of [0, -1, 1.5, Number.NaN]) t.throws(() => attachment.events(max), { instanceOf: RangeError });
  for (const ring of [-1, 8, 0.5]) t.throws(() => attachment.resume(ring, 1), { instanceOf: RangeError });
  for (const sequence of [-1, 2 ** 53]) t.throws(() => attachment.resume(0, sequence), { instanceOf: RangeError });
});

test("a region is mapped for reading only", async (t) => {
  const path = await regionOf(t, quota(1));
  attach(t, path);
  const maps = (await readFile("/proc/self/maps", "utf8")).split("\n").filter((line) => line.endsWith(path));
  t.deepEqual(
    maps.map((line) => line.split(" ")[1]),
    ["r--s"],
  );
});
