// A region file that somebody cuts short while it is attached. A read behind a mapped file's end would be a SIGBUS, which ends the
// process: here that is a test file that failed, and in the last test a child that did not exit with 0.

import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, rename, truncate } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { Attachment } from "../../mgmt/engine/attachment.ts";
import { NativeEngine } from "../../mgmt/engine/native_engine.ts";
import { quota, serveRegion, temporaryDirectory } from "./regions.ts";

const run = promisify(execFile);

async function honestRegion(t: ExecutionContext): Promise<string> {
  const path = join(await temporaryDirectory(t), "region");
  await serveRegion(path, quota(1), { subscribers: 300, sessions: 2 });
  return path;
}

/** Lengths at which something begins or ends, from struct region_header (dataplane/region/region.h). */
async function lengths(path: string): Promise<number[]> {
  const header = await readFile(path);
  const offsets = [72, 80, 96, 104, 112, 128].map((at) => Number(header.readBigUInt64LE(at)));
  const around = offsets.flatMap((offset) => [offset - 1, offset, offset + 1, offset + 4096]);
  return [...new Set([0, 1, 127, 128, 4095, ...around, header.length >> 1, header.length - 4096, header.length - 1])];
}

test("a region cut short while attached is told by every call, wherever the cut is", async (t) => {
  const honest = await honestRegion(t);
  for (const length of await lengths(honest)) {
    const path = `${honest}.${length}`;
    await copyFile(honest, path);
    const attachment = new Attachment(path);
    t.is(attachment.events(1).events.length, 1);
    await truncate(path, length);
    const wanted = { name: "EngineError", code: "too-short", message: /^[^\n]+\.$/ };
    t.throws(() => attachment.header(), wanted, `${length}`);
    t.throws(() => attachment.live(), wanted, `${length}`);
    t.throws(() => attachment.counters(), wanted, `${length}`);
    t.throws(() => attachment.events(1000), wanted, `${length}`);
    t.throws(() => attachment.samples("capture", 1000), wanted, `${length}`);
    t.throws(() => attachment.samples("capture", 1000), wanted, `${length}`);
    t.throws(() => attachment.resume(0, 1), wanted, `${length}`);
    await t.throwsAsync(() => attachment.breached(), wanted, `${length}`);
    attachment.close();
    t.throws(() => new Attachment(path), wanted, `${length}`);
  }
});

test("the daemon's engine lets go of a region that was cut, says so once, and takes the next one", async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, "fastpath/region");
  await mkdir(join(directory, "fastpath"));
  await serveRegion(path, quota(1), { subscribers: 3, sessions: 2 });
  const told: string[] = [];
  const waiting: (() => void)[] = [];
  const hear = (what: string) => {
    told.push(what);
    for (const wake of waiting.splice(0)) wake();
  };
  const heard = async (count: number) => {
    while (told.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const engine = new NativeEngine(directory);
  t.teardown(() => engine.stop());
  await engine.start({ attached: () => hear("attached"), detached: ({ code }) => hear(code) }, []);
  await truncate(path, 5000);
  t.is(engine.status(), undefined);
  t.deepEqual(engine.events(10).events, []);
  await t.throwsAsync(engine.breached(), { name: "EngineError" });
  await serveRegion(`${path}.next`, quota(1), { subscribers: 3, sessions: 2 });
  await rename(`${path}.next`, path);
  await heard(3);
  t.deepEqual(told, ["attached", "too-short", "attached"]);
  t.is((await engine.breached()).breaches.length, 3);
});

/** Cuts copies of a region at random while they are walked through and read; ends with 0 when every call ended with an answer. */
const cutter = `
  import { copyFileSync, truncateSync } from "node:fs";
  import { Attachment } from ${JSON.stringify(join(import.meta.dirname, "../../mgmt/engine/attachment.ts"))};
  const [honest] = process.argv.slice(1);
  const outcomes = { whole: 0, cut: 0 };
  for (let round = 0; round < 100; round++) {
    const path = honest + ".cut";
    copyFileSync(honest, path);
    const attachment = new Attachment(path);
    const walk = attachment.breached();
    // Up to a millisecond later, about as long as a walk.
    const until = process.hrtime.bigint() + BigInt(round) * 10000n;
    while (process.hrtime.bigint() < until);
    truncateSync(path, round % 3 === 0 ? 0 : round % 3 === 1 ? 4096 : 3 << 20);
    await walk.then(
      ({ breaches }) => { if (breaches.length !== 300) throw new Error("breaches are missing"); outcomes.whole++; },
      (error) => { if (error.code !== "too-short") throw error; outcomes.cut++; },
    );
    attachment.close();
  }
  console.log(JSON.stringify(outcomes));
`;

test("a cut in the middle of a walk over breaches is an error or comes too late", async (t) => {
  const honest = await honestRegion(t);
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", cutter, honest]);
  const { whole, cut } = JSON.parse(stdout);
  t.log(`${cut} walks were cut, ${whole} were over`);
  t.is(whole + cut, 100);
  t.true(cut > 0);
});
