// The adapter to the real fast path: what its owner hears while regions come, change hands and go.

import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
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
  answers[1]?.write("a port range is upside down", 8);
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

test("the engine's clock is the kernel's time since boot", (t) => {
  const uptimeMs = process.hrtime.bigint() / 1_000_000n;
  t.true(new NativeEngine("/nowhere").nowMs() >= Number(uptimeMs));
});
