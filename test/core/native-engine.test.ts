// The adapter to the real fast path: what its owner hears while regions come, change hands and go.

import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { EngineError, EventPlace } from "../../mgmt/engine/engine_port.ts";
import { NativeEngine } from "../../mgmt/engine/native_engine.ts";
import type { RegionHeader } from "../../mgmt/engine/region_data.ts";
import { quota, serveRegion, temporaryDirectory } from "./regions.ts";

interface Heard {
  readonly engine: NativeEngine;
  readonly region: string;
  /** What the owner is told next. */
  next(): Promise<RegionHeader | EngineError>;
  /** The next process that the owner is told of. */
  attached(): Promise<RegionHeader>;
}

async function listening(t: ExecutionContext, run: string, after: readonly EventPlace[] = []): Promise<Heard> {
  const told: (RegionHeader | EngineError)[] = [];
  let wake = () => {};
  const hear = (what: RegionHeader | EngineError) => {
    told.push(what);
    wake();
  };
  const engine = new NativeEngine(run);
  t.teardown(() => engine.stop());
  await engine.start({ attached: hear, detached: hear }, after);
  const next = async () => {
    while (told.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return told.shift() as RegionHeader | EngineError;
  };
  const attached = async () => {
    for (;;) {
      const header = await next();
      if ("starts" in header) return header;
    }
  };
  return { engine, region: join(run, "fastpath/region"), next, attached };
}

async function runDirectory(t: ExecutionContext): Promise<string> {
  const run = await temporaryDirectory(t);
  await mkdir(join(run, "fastpath"));
  return run;
}

test("an absent region is told, then the region that appears, and the process that takes it over", async (t) => {
  const { engine, region, next, attached } = await listening(t, await runDirectory(t));
  t.like(await next(), { code: "absent" });
  t.is(engine.status(), undefined);
  t.deepEqual(engine.events(10).events, []);
  await t.throwsAsync(engine.breached(), { code: "absent" });

  await serveRegion(region, quota(1), { subscribers: 2, sessions: 1 });
  const first = await attached();
  t.like(first, { starts: 1 });
  t.deepEqual(
    engine.events(10).events.map(({ sequence }) => sequence),
    [1, 2],
  );

  await serveRegion(region, quota(1), { first: 9, subscribers: 1, sessions: 1 });
  t.like(await attached(), { starts: 2, region: first.region, adoption: { breached: 2 } });
  t.deepEqual(
    engine.events(10).events.map(({ sequence }) => sequence),
    [3],
  );
  t.is((await engine.breached()).breaches.length, 3);
});

test("a region put in the other's place is attached, under another name and read from its beginning", async (t) => {
  const run = await runDirectory(t);
  const path = join(run, "fastpath/region");
  await serveRegion(path, quota(1), { subscribers: 5, sessions: 1 });
  const { engine, next, attached } = await listening(t, run);
  const first = await attached();
  t.is(engine.events(10).events.length, 5);
  await rm(path);
  t.like(await next(), { code: "absent" });
  await serveRegion(path, quota(1), { subscribers: 1, sessions: 1 });
  const second = await attached();
  t.not(second.region, first.region);
  t.like(engine.events(10), { region: second.region, events: [{ sequence: 1 }], lost: 0 });
});

test("a daemon that starts again goes on behind the last event that it stored", async (t) => {
  const run = await runDirectory(t);
  await serveRegion(join(run, "fastpath/region"), quota(1), { subscribers: 5, sessions: 1 });
  const before = await listening(t, run);
  const { region } = await before.attached();
  await before.engine.stop();
  const places = [
    { region, ring: 0, sequence: 3 },
    { region: "of another boot", ring: 0, sequence: 1_000_000 },
  ];
  const after = await listening(t, run, places);
  t.deepEqual(
    after.engine.events(10).events.map(({ sequence }) => sequence),
    [4, 5],
  );
});

test("after stop the owner hears nothing and nothing is attached", async (t) => {
  const run = await runDirectory(t);
  const heard: unknown[] = [];
  const engine = new NativeEngine(run);
  const hear = (what: unknown) => heard.push(what);
  await serveRegion(join(run, "fastpath/region"), quota(1));
  await engine.start({ attached: hear, detached: hear }, []);
  await engine.stop();
  t.is(heard.length, 1);
  t.is(engine.status(), undefined);
});

test("a policy is applied through the socket beside the region, and a refusal is not an error", async (t) => {
  const run = await runDirectory(t);
  const answers = [Buffer.alloc(128), Buffer.alloc(128)];
  answers[0]?.writeUInt32LE(42, 4);
  answers[1]?.writeUInt32LE(3, 0);
  answers[1]?.write("a port range is upside down", 12);
  const server = createServer((socket) => socket.on("data", () => socket.write(answers.shift() ?? "")));
  await once(server.listen(join(run, "fastpath/control.sock")), "listening");
  t.teardown(() => server.close());
  const engine = new NativeEngine(run);
  t.deepEqual(await engine.apply(Uint8Array.of(1)), { ok: true, generation: 42 });
  t.deepEqual(await engine.apply(Uint8Array.of(1)), { ok: false, full: false, text: "a port range is upside down" });
  server.close();
  await rm(join(run, "fastpath/control.sock"), { force: true });
  await t.throwsAsync(engine.apply(Uint8Array.of(1)), { code: "absent" });
});

/** Answers each command with these bytes, and keeps what came. */
async function answering(t: ExecutionContext, run: string, answers: Buffer[]): Promise<Buffer[]> {
  const received: Buffer[] = [];
  const serve = (socket: Socket) =>
    socket.on("data", (bytes) => {
      received.push(bytes);
      socket.write(answers.shift() ?? "");
    });
  const server = createServer(serve).listen(join(run, "fastpath/control.sock"));
  await once(server, "listening");
  t.teardown(() => server.close());
  return received;
}

function answer(status: number, text = ""): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.writeUInt32LE(status, 0);
  bytes.write(text, 12);
  return bytes;
}

test("a release names the subscriber as the fast path knows him, and one who is in no breach is no error", async (t) => {
  const run = await runDirectory(t);
  const received = await answering(t, run, [answer(0), answer(2, "he is in no breach"), answer(3, "he has no tags")]);
  const engine = new NativeEngine(run);
  const ipv4 = { address: "10.30.94.66", prefixLength: 32, outerVlan: 0, innerVlan: 0 };
  const ipv6 = { address: "2001:db8:30:66::", prefixLength: 64, outerVlan: 100, innerVlan: 7 };
  t.true(await engine.release({ subscriber: ipv4, detector: 0 }));
  t.false(await engine.release({ subscriber: ipv6, detector: 513 }));
  await t.throwsAsync(engine.release({ subscriber: ipv4, detector: 0 }), {
    name: "EngineError",
    message: "The fast path refused to release: he has no tags.",
  });
  const batch = [44, 0, 0, 0, 1, 0, 1, 0];
  const command = [28, 0, 0, 0, 3, 0, 0, 0];
  const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 30, 94, 66];
  const network = [0x20, 1, 0xd, 0xb8, 0, 0x30, 0, 0x66, 0, 0, 0, 0, 0, 0, 0, 0];
  t.deepEqual([...(received[0] ?? [])], [...batch, ...command, ...mapped, 0, 0, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0]);
  t.deepEqual([...(received[1] ?? [])], [...batch, ...command, ...network, 7, 64, 6, 0, 1, 2, 0, 0, 64, 0, 0, 0]);
});

test("an order to restart is a command without a payload", async (t) => {
  const run = await runDirectory(t);
  const received = await answering(t, run, [answer(0), answer(1)]);
  const engine = new NativeEngine(run);
  await engine.restart();
  t.deepEqual([...(received[0] ?? [])], [16, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 0, 0, 0]);
  await t.throwsAsync(engine.restart(), { name: "EngineError" });
});

test("the engine's clock is the kernel's time since boot", (t) => {
  const uptimeMs = process.hrtime.bigint() / 1_000_000n;
  t.true(new NativeEngine("/nowhere").nowMs() >= Number(uptimeMs));
});
