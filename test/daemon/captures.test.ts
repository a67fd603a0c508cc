// A capture as the daemon runs it, on a fast path that does what the test says.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { capture } from "../../cli/program/capture.ts";
import { CaptureFile, commentOf } from "../../cli/program/capture-file.ts";
import type { CaptureBatch } from "../../mgmt/capture/captures.ts";
import { TimeOrder } from "../../mgmt/capture/time_order.ts";
import { EngineError, type EngineStatus } from "../../mgmt/engine/engine_port.ts";
import type { Sample, WorkerCounters } from "../../mgmt/engine/region_data.ts";
import { orderBytes, packetKinds } from "../../mgmt/engine/sample_order.ts";
import { askMany } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { type Daemon, daemon, directory, region, until } from "./parts.ts";

function sample(changes: Partial<Sample> = {}): Sample {
  return {
    ...{ ring: 0, sequence: 1, timeUs: 5_000_000, link: 0, side: "subscriber", kind: "tcp", verdict: "refused" },
    session: "refused",
    services: [0],
    subscriber: { address: "10.30.94.66", prefixLength: 32, outerVlan: 0, innerVlan: 0 },
    generation: 7,
    length: 60,
    bytes: new Uint8Array(60),
    ...changes,
  };
}

const run = promisify(execFile);

const idleWorker: WorkerCounters = {
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
  bursts: [],
  latencies: [],
};

/** A field of each packet in a file. */
async function tshark(path: string, field: string): Promise<string[]> {
  const { stdout } = await run("tshark", ["-r", path, "-T", "fields", "-e", field]);
  return stdout.trimEnd().split("\n");
}

/** Of a file's statistics blocks: comments that are no packet's. */
async function comments(path: string): Promise<string[]> {
  const text = await readFile(path, "latin1");
  return text.match(/[A-Z][^\0]* In all interfaces\./g) ?? [];
}

/** A started daemon beside a fast path. */
async function running(t: Parameters<typeof daemon>[0]): Promise<Daemon> {
  const made = daemon(t);
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  return made;
}

const everything = { ask: "capture", filter: {}, snapLength: 100 } as const;

test("a capture orders samples, passes them on with names, and ends the order when its reader goes", async (t) => {
  const { engine, runDirectory } = await running(t);
  engine.samplesOf.capture.taken = [sample({ sequence: 77 })];
  const batches = askMany(daemonSocket(runDirectory), { ...everything, filter: { port: 25 } });
  t.deepEqual(
    (await batches.next()).value,
    { packets: [], lost: 0, suppressed: 0, interrupted: false, links: 1 },
    "what was there is not his",
  );
  t.deepEqual(engine.orders, [{ channel: "capture", filter: { port: 25 }, snapLength: 100, durationMs: 5000 }]);
  engine.samplesOf.capture.taken = [sample(), sample({ services: [9], verdict: "forwarded" })];
  engine.samplesOf.capture.lost = 3;
  for await (const { packets, lost } of batches) {
    if (packets.length === 0) continue;
    t.is(lost, 3);
    t.deepEqual(
      packets.map(({ services }) => services),
      [["smtp-outbound"], ["service 9"]],
    );
    t.is(Buffer.from(packets[0]?.bytes ?? "", "base64").length, 60);
    break;
  }
  await until("the order is ended", () => engine.orders.at(-1)?.durationMs === 0);
});

test("there is one capture at a time", async (t) => {
  const { engine, runDirectory } = await running(t);
  const first = askMany(daemonSocket(runDirectory), everything);
  await first.next();
  const second = askMany(daemonSocket(runDirectory), everything);
  const sentence = { instanceOf: Sentence, message: /^Another capture is under way: / };
  await t.throwsAsync(second.next(), sentence);
  await first.return(undefined);
  await until("it is over", () => engine.orders.at(-1)?.durationMs === 0);
  const third = askMany(daemonSocket(runDirectory), everything);
  t.false((await third.next()).done);
  await third.return(undefined);
});

test("the order is renewed while somebody reads", async (t) => {
  const { engine, runDirectory } = await running(t);
  const batches = askMany(daemonSocket(runDirectory), everything);
  await batches.next();
  engine.now += 2000;
  await until("it is renewed", async () => {
    await batches.next();
    return engine.orders.length > 1;
  });
  t.is(engine.orders.at(-1)?.durationMs, 5000);
  await batches.return(undefined);
});

/** What the region says when its only worker left so many out. */
function suppressing(samplesSuppressed: number, changes: Parameters<typeof region>[0] = {}): EngineStatus {
  const status = region({ generation: 1, ...changes });
  const worker = { ...idleWorker, samplesSuppressed };
  return { ...status, counters: { ...status.counters, workers: [worker] } };
}

/** The first batch that is so. */
async function batchWhere(batches: AsyncGenerator<CaptureBatch>, so: (batch: CaptureBatch) => boolean) {
  for (;;) {
    const { value } = await batches.next();
    if (so(value)) return value as CaptureBatch;
  }
}

test("a process that takes over is given the order at once, and its region's counters go on", async (t) => {
  const { engine, runDirectory } = await running(t);
  engine.show(suppressing(5));
  const batches = askMany(daemonSocket(runDirectory), everything);
  await batches.next();
  engine.show(suppressing(12));
  const before = await batchWhere(batches, ({ suppressed }) => suppressed === 7);
  t.false(before.interrupted);
  t.is(engine.orders.length, 1);
  engine.show(suppressing(13, { starts: 2 }));
  await batchWhere(batches, ({ suppressed, interrupted }) => interrupted && suppressed === 8);
  await until("it has the order", () => engine.orders.length === 2);
  engine.show(suppressing(4, { region: "region-2" }));
  await batchWhere(batches, ({ suppressed, interrupted }) => interrupted && suppressed === 12);
  await until("the next one has it too", () => engine.orders.length === 3);
  await batches.return(undefined);
});

test("a process that does not take the order yet is asked again at every look", async (t) => {
  const { engine, runDirectory } = await running(t);
  const batches = askMany(daemonSocket(runDirectory), everything);
  await batches.next();
  engine.answer = undefined;
  engine.show(region({ generation: 1, starts: 2 }));
  await until("it is asked again", async () => {
    await batches.next();
    return engine.orders.length > 3;
  });
  engine.answer = { ok: true, generation: 1 };
  t.true((await batches.next()).value?.interrupted);
  await batches.return(undefined);
});

test("sampling that ended because nobody renewed it is an interruption", async (t) => {
  const { engine, runDirectory } = await running(t);
  const batches = askMany(daemonSocket(runDirectory), everything);
  await batches.next();
  engine.now += 5000;
  await batchWhere(batches, ({ interrupted }) => interrupted);
  await batches.return(undefined);
  t.pass();
});

test("packets of several workers come in order of time, across looks too", async (t) => {
  const order = new TimeOrder<{ timeUs: number }>();
  const times = (...found: readonly number[]) =>
    order.next(found.map((timeUs) => ({ timeUs }))).map((one) => one.timeUs);
  t.deepEqual(times(3, 9, 1, 8), []);
  t.deepEqual(times(12, 7, 11), [1, 3, 7, 8, 9]);
  t.deepEqual(times(), [11, 12]);
  t.deepEqual(times(20), []);
  t.deepEqual(times(), [20]);
});

test("a capture that counts takes the first packets in time, whichever worker had them, and says why it ended", async (t) => {
  const { engine, runDirectory, directory: at } = await running(t);
  const path = join(at, "count.pcapng");
  const ended = capture([path, "--count", "2", "--run-dir", runDirectory]);
  await until("it samples", () => engine.orders.length === 1);
  const times = [7, 9, 6, 8];
  engine.samplesOf.capture.taken = times.map((second) => sample({ timeUs: second * 1e6, ring: second & 1 }));
  t.is(await ended, 0);
  const seconds = await tshark(path, "frame.time_epoch");
  t.is(seconds.length, 2);
  t.is(Number(seconds[1]) - Number(seconds[0]), 1);
  t.deepEqual(await comments(path), [
    "That many were asked for. Until then no matching packet is missing. In all interfaces.",
  ]);
});

test("a daemon that ends leaves a whole file, which says so", async (t) => {
  const { app, engine, runDirectory, directory: at } = await running(t);
  const path = join(at, "cut.pcapng");
  const ended = t.throwsAsync(capture([path, "--run-dir", runDirectory]), { message: /^The daemon ended before / });
  await until("it samples", () => engine.orders.length === 1);
  engine.samplesOf.capture.taken = [sample()];
  engine.show(region({ generation: 1, starts: 2 }));
  await until("the packet is written", async () => (await stat(path)).size > 250);
  await app.stop();
  await ended;
  t.is((await tshark(path, "frame.len")).length, 1);
  t.regex((await comments(path)).join(), /^The daemon ended before .* The fast path was restarted or did not answer /);
});

test("a link that comes with another fast path has its interfaces in the file", async (t) => {
  const at = join(directory(t), "two.pcapng");
  const file = await CaptureFile.create(at, 100);
  const batch = { packets: [], lost: 0, suppressed: 0, interrupted: false, links: 1 };
  await file.add(batch, 9);
  await file.add({ ...batch, links: 2 }, 9);
  await file.end(1e15, "It was asked to end.");
  const { stdout } = await run("capinfos", ["-M", at]);
  t.deepEqual(stdout.match(/Name = .*/g), [
    "Name = link 0 subscriber side",
    "Name = link 0 network side",
    "Name = link 1 subscriber side",
    "Name = link 1 network side",
  ]);
});

test("without a fast path there is nothing to capture from, and no file", async (t) => {
  const { engine, runDirectory, directory: at } = await running(t);
  engine.detach(new EngineError("absent", "There is no fast path."));
  const path = join(at, "capture.pcapng");
  const sentence = { instanceOf: Sentence, message: /^There is no fast path to capture from: / };
  await t.throwsAsync(capture([path, "--run-dir", runDirectory]), sentence);
  await t.throwsAsync(stat(path), { code: "ENOENT" });
  t.deepEqual(engine.orders, []);
});

test.serial("Ctrl-C is heard while the daemon says nothing", async (t) => {
  const at = directory(t);
  const listeners = process.listenerCount("SIGINT");
  await mkdir(join(at, "daemon"));
  const server = createServer().listen(daemonSocket(at));
  t.teardown(() => server.close());
  const ended = capture([join(at, "silent.pcapng"), "--run-dir", at]);
  const [socket] = await once(server, "connection");
  process.emit("SIGINT");
  await t.throwsAsync(ended, { message: "It ended before the fast path sampled: there is no file." });
  t.is(process.listenerCount("SIGINT"), listeners);
  socket.destroy();
});

for (const [words, possible] of [
  ["--link 1", false],
  ["--link 0 --kind other", true],
  ["--port 25 --kind udp", true],
  ["--port 25 --kind fragment --kind ip", false],
  ["--port 25 --protocol 1", false],
  ["--port 25 --protocol tcp --kind udp", false],
  ["--protocol tcp --kind ip", false],
  ["--protocol tcp --kind fragment", true],
  ["--protocol 1 --kind ip", true],
  ["--protocol 1 --kind other", false],
  ["--address 10.30.94.66 --kind malformed", false],
  ["--address 10.30.94.66 --kind malformed --kind evasive", true],
] as const) {
  test(`an order of ${words} is ${possible ? "taken" : "refused: no packet can match"}`, async (t) => {
    const { engine, runDirectory, directory: at } = await running(t);
    engine.answer = { ok: false, full: false, text: "it was asked" };
    const message = possible
      ? /it was asked\.$/
      : /^(No packet can match: |There is no link 1: the last one is link 0\.$)/;
    const asked = capture([join(at, "a"), ...words.split(" "), "--run-dir", runDirectory]);
    await t.throwsAsync(asked, { instanceOf: Sentence, message });
  });
}

test("a fast path that does not answer, or refuses, is told, and no file is left", async (t) => {
  const { engine, runDirectory, directory: at } = await running(t);
  const path = join(at, "capture.pcapng");
  engine.answer = undefined;
  await t.throwsAsync(capture([path, "--run-dir", runDirectory]), { instanceOf: Sentence, message: /does not answer/ });
  engine.answer = { ok: false, full: false, text: "it asks for too much" };
  const message = "The fast path does not sample: it asks for too much.";
  await t.throwsAsync(capture([path, "--run-dir", runDirectory]), { instanceOf: Sentence, message });
  await t.throwsAsync(stat(path), { code: "ENOENT" });
});

test("a file that is there is not touched", async (t) => {
  const { engine, runDirectory, directory: at } = await running(t);
  const path = join(at, "capture.pcapng");
  await writeFile(path, "precious");
  await t.throwsAsync(capture([path, "--run-dir", runDirectory]), {
    message: `${path} is there already: name another file.`,
  });
  t.is(await readFile(path, "utf8"), "precious");
  t.is(engine.orders.length, 0);
});

for (const [args, message] of [
  [[], "One file is named: see postern capture --help."],
  [["a", "b"], "One file is named: see postern capture --help."],
  [["a", "--port", "70000"], "--port is a number from 1 to 65535."],
  [["a", "--seconds", "601"], "--seconds is a number from 1 to 600."],
  [["a", "--address", "mail"], "--address is an address or a prefix, such as 192.0.2.7 or 2001:db8::/48."],
  [["a", "--address", "10.0.0.1/8"], "10.0.0.1/8 has host bits set: the network is 10.0.0.0/8."],
  [["a", "--protocol", "smtp"], "--protocol is tcp, udp, or a number from 1 to 255."],
  [
    ["a", "--verdict", "blocked"],
    "--verdict is one of forwarded, refused, evasive, cutoff, handover_full, oversize, injected.",
  ],
  [["a", "--kind", "arp"], `--kind is one of ${packetKinds.join(", ")}.`],
  [["a", "--linc", "0"], "Unknown option '--linc': see postern capture --help."],
] as const) {
  test(`capture ${args.join(" ")}: ${message}`, async (t) => {
    const at = directory(t);
    const there = args.map((arg) => (arg.length === 1 ? join(at, arg) : arg));
    await t.throwsAsync(capture(there), { instanceOf: Sentence, message });
    t.deepEqual(await readdir(at), []);
  });
}

test("a comment says what became of a packet, whose it is, and its session", (t) => {
  const { ring, sequence, timeUs, services, bytes, ...facts } = sample();
  const packet = { ...facts, atUs: timeUs, services: ["smtp-outbound"] };
  t.is(commentOf(packet), "refused: subscriber 10.30.94.66, smtp-outbound, session refused, policy generation 7");
  const nobodys = { ...packet, subscriber: null, services: [], session: null, generation: null };
  t.is(commentOf({ ...nobodys, kind: "other", verdict: "forwarded" }), "forwarded: other");
  t.is(commentOf({ ...nobodys, kind: "udp", verdict: "oversize" }), "oversize: udp");
});

test("an order to sample has the bytes that the fast path reads", (t) => {
  const bytes = orderBytes({
    channel: "dhcp",
    filter: {
      sourcePorts: [67, 547],
      address: "10.30.94.0/24",
      port: 25,
      protocol: 6,
      verdicts: ["refused"],
      kinds: ["tcp", "udp"],
      link: 1,
    },
    durationMs: 5000,
    snapLength: 100,
    preferred: ["10.30.94.1", "2001:db8::1"],
  });
  const ports = [25 | (120 << 16) | (6 << 24), 67 | (547 << 16)];
  const words = [1 << 1, (1 << 5) | (1 << 6), 1 << 1, ...ports, 5000, 2000, 100, 1];
  const address = Buffer.from("00000000000000000000ffff0a1e5e00", "hex");
  const preferred = ["00000000000000000000ffff0a1e5e01", "20010db8000000000000000000000001"];
  t.is(
    Buffer.from(bytes).toString("hex"),
    Buffer.concat([address, Buffer.from(Uint32Array.from(words).buffer)]).toString("hex") +
      preferred.join("").padEnd(16 * 32, "0"),
  );
  t.deepEqual(
    Buffer.from(orderBytes({ channel: "capture", filter: {}, durationMs: 0, snapLength: 1 })),
    Buffer.concat([Buffer.alloc(40), Buffer.from(Uint32Array.of(2000, 1, 0).buffer), Buffer.alloc(16 * 16)]),
  );
});
