// The store where its directory, file or disk is not as it should be.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import Database from "better-sqlite3";
import { Sentence } from "../../mgmt/sentence.ts";
import { Store } from "../../mgmt/store/store.ts";
import { asRoot } from "./as-root.ts";
import { breachFacts, configuration, directory, ended, recording, region, started } from "./parts.ts";

async function opened(t: ExecutionContext, file: string): Promise<Store> {
  const store = new Store();
  t.teardown(() => store.stop());
  await store.start(file);
  return store;
}

/** A file system of a megabyte. */
function smallDisk(t: ExecutionContext): string {
  const path = directory(t);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", path]);
  t.teardown(() => execFileSync("umount", ["--lazy", path]));
  return path;
}

/** Takes what room there is left. */
function fill(disk: string): string {
  const path = join(disk, "ballast");
  untilFull(() => writeFileSync(path, Buffer.alloc(1024 * 1024)));
  return path;
}

function untilFull(action: () => void): void {
  try {
    action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

for (const [what, message, prepare] of [
  [
    "that does not exist",
    /^Cannot keep state in .*: it does not exist\.$/,
    (path: string) => rmSync(path, { recursive: true }),
  ],
  [
    "that is a file",
    /^Cannot keep state in .*: (a part of the path is no directory|permission denied)\.$/,
    (path: string) => {
      rmSync(path, { recursive: true });
      writeFileSync(path, "");
    },
  ],
  [
    "whose database is something else",
    /^.* is no database: move it away and start again\.$/,
    (path: string) => writeFileSync(join(path, "postern.db"), "x".repeat(8192)),
  ],
  [
    "whose database is of a later version",
    /was written by a newer Postern/,
    (path: string) => {
      const database = new Database(join(path, "postern.db"));
      database.pragma("user_version = 1000");
      database.close();
    },
  ],
  [
    "whose database is a directory",
    /^Cannot open .*postern\.db: /,
    (path: string) => mkdirSync(join(path, "postern.db")),
  ],
] as const) {
  test(`a state directory ${what} is one sentence`, async (t) => {
    const state = join(directory(t), "state");
    mkdirSync(state);
    prepare(state);
    const error = await t.throwsAsync(() => opened(t, join(state, "postern.db")), { instanceOf: Sentence });
    t.regex(error.message, message);
  });
}

test("a store is one daemon's: a second one is told so", async (t) => {
  const file = join(directory(t), "postern.db");
  await opened(t, file);
  const error = await t.throwsAsync(() => opened(t, file), { instanceOf: Sentence });
  t.regex(error.message, /^Another process holds .*: stop the other daemon/);
});

const acceptance = {
  ...{ at: 5, user: "alice", from: "console", comment: "first", visit: "", bootId: "boot-1", settles: false },
};

test("what was saved is there after the store was opened again", async (t) => {
  const file = join(directory(t), "postern.db");
  const first = await opened(t, file);
  await first.call("proposeConfiguration", { kind: "text", text: configuration() }, 15, { now: 0, nowMs: 0 });
  await first.call("acceptConfiguration", acceptance);
  await first.stop();
  const second = await opened(t, file);
  const { at, user, from, comment } = acceptance;
  t.deepEqual(await second.call("revisions", 5), [{ number: 1, at, user, from, comment }]);
});

asRoot("a disk that is full at the start is one sentence", async (t) => {
  const disk = smallDisk(t);
  fill(disk);
  const error = await t.throwsAsync(() => opened(t, join(disk, "postern.db")), { instanceOf: Sentence });
  t.regex(error.message, /^The disk that holds .*postern\.db is full: make room on it\.$/);
});

asRoot("a store is opened again, and read, while the disk is full", async (t) => {
  const disk = smallDisk(t);
  const file = join(disk, "postern.db");
  const first = await opened(t, file);
  await first.call("proposeConfiguration", { kind: "text", text: configuration() }, 15, { now: 0, nowMs: 0 });
  await first.call("acceptConfiguration", acceptance);
  await first.stop();
  fill(disk);
  const second = await opened(t, file);
  t.is((await second.call("revisions", 5)).length, 1);
});

asRoot(
  "while the disk is full breaches are told and kept in memory, and they are saved when there is room",
  async (t) => {
    const disk = smallDisk(t);
    const recorded = await recording(t, disk);
    recorded.engine.attach(region());
    await recorded.turn();
    const ballast = fill(disk);

    const hosts = Array.from({ length: 3000 }, (_, host) => ({
      subscriber: { ...breachFacts().subscriber, address: `10.9.${host >> 8}.${host & 255}` },
    }));
    recorded.engine.happen(...hosts.map((host, index) => started(index + 1, host)));
    await recorded.turn();
    t.regex(recorded.recorder.alarm ?? "", /is full: make room on it\.$/);
    t.is(recorded.lines.filter((line) => line.includes("; blocked until ")).length, 3000, "people hear of them");
    t.is(recorded.lines.filter((line) => line.includes("is full")).length, 1, "and once of the disk");
    t.is((await recorded.store.call("recentBreaches", 1)).length, 0);
    t.is((await recorded.store.call("eventPlaces")).length, 0, "so that another daemon would read them again");

    recorded.engine.happen(...hosts.slice(0, 100).map((host, index) => ended(index + 3001, host)));
    await recorded.turn();
    rmSync(ballast);
    recorded.clock.bootMs += 1001;
    await recorded.turn();
    t.is(recorded.recorder.alarm, undefined);
    const rows = await recorded.store.call("recentBreaches", 10_000);
    t.is(rows.length, 3000);
    t.is(rows.filter(({ endedAt }) => endedAt !== null).length, 100);
    t.is(new Set(rows.map(({ subscriber }) => subscriber.address)).size, 3000);
    t.deepEqual(await recorded.store.call("eventPlaces"), [{ region: "region-1", ring: 0, sequence: 3100 }]);
    t.true(recorded.lines.includes("Breaches are saved again."));
  },
);

asRoot("more breaches than memory is given wait in the fast path's rings", async (t) => {
  const disk = smallDisk(t);
  const recorded = await recording(t, disk);
  recorded.engine.attach(region());
  await recorded.turn();
  fill(disk);
  const hosts = Array.from({ length: 12_000 }, (_, host) => ({
    subscriber: { ...breachFacts().subscriber, address: `10.9.${host >> 8}.${host & 255}` },
  }));
  recorded.engine.happen(...hosts.map((host, index) => started(index + 1, host)));
  await recorded.turn();
  await recorded.turn();
  const left = recorded.engine.events(100_000).events.length;
  t.true(left > 1000 && left <= 2000, `${left} are left in the ring`);
});

test("the store's file is readable by its owner alone", async (t) => {
  const state = directory(t);
  const umask = process.umask(0o077);
  const store = await opened(t, join(state, "postern.db"));
  process.umask(umask);
  await store.call("setPendingCommit", null);
  t.is(statSync(join(state, "postern.db")).mode & 0o777, 0o600);
  t.is(statSync(join(state, "postern.db-wal")).mode & 0o777, 0o600);
});

test.serial("where cores are few, the store's thread and no other lets the rest of the daemon go first", async (t) => {
  const main = getPriority();
  const giveWay = () => readdirSync("/proc/self/task").filter((thread) => getPriority(Number(thread)) > main).length;
  const before = giveWay();
  await opened(t, join(directory(t), "postern.db"));
  t.is(giveWay(), before + 1);
});
