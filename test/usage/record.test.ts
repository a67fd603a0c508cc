// Usage on record: what is kept of it, for how long, and what is told of an address.
import { closeSync, openSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import Database from "better-sqlite3";
import { Sentence } from "../../mgmt/sentence.ts";
import { UsageHistory } from "../../mgmt/usage/history.ts";
import { usageMigrations } from "../../mgmt/usage/migrations.ts";
import { defaultBounds, type UsageTable, usageTable } from "../../mgmt/usage/table.ts";
import { destinationCount } from "../../mgmt/usage/usage.ts";
import { BOOT, directory } from "../daemon/parts.ts";
import { bitmap, minute, record, subscriberOf, used } from "./rows.ts";

const DAY = 24 * 60;

test("what whoever has an address used is told, the newest minute first", (t) => {
  const { table } = record(t);
  table.save(minute(1), [used(1, { sessions: 3, refused: 2, bytes: 500, destinations: bitmap([1, 2]) }), used(2)]);
  table.save(minute(2), [used(1, { service: "dns" }), used(1, { sessions: 4 })]);
  table.save(minute(3), [used(2)]);
  const told = table
    .of("10.30.0.1", 60)
    .map(({ startedAt, service, sessions }) => [startedAt - BOOT, service, sessions]);
  t.deepEqual(told, [
    [120_000, "smtp", 4],
    [120_000, "dns", 1],
    [60_000, "smtp", 3],
  ]);
  t.deepEqual(table.of("10.30.0.1", 60).at(-1), {
    ...{ startedAt: BOOT + 60_000, subscriber: subscriberOf(1), service: "smtp", sessions: 3, refused: 2, bytes: 500 },
    destinations: { count: 2, isMore: false },
  });
  t.deepEqual(table.of("10.30.0.1", 2).length, 2, "of the latest two minutes");
  t.deepEqual(table.of("10.30.0.9", 60), []);
});

test("an address is told of whichever prefix and VLAN it is in", (t) => {
  const { table } = record(t);
  const home = { address: "2001:db8:30:66::", prefixLength: 64, outerVlan: 0, innerVlan: 0 };
  table.save(minute(1), [used(0, { subscriber: home }), used(0, { subscriber: { ...home, outerVlan: 7 } })]);
  const told = table.of("2001:db8:30:66::1", 1).map(({ subscriber }) => subscriber.outerVlan);
  t.deepEqual(told, [0, 7]);
});

test("a minute is taken once, however often it is told", (t) => {
  const { table } = record(t);
  table.save(minute(1), [used(1)]);
  table.save(minute(1), [used(1), used(2)]);
  t.deepEqual(table.of("10.30.0.2", 1), []);
  table.save(minute(1, { bootId: "boot-2", startedAt: BOOT + 61_000 }), [used(2)]);
  t.is(table.of("10.30.0.2", 1).length, 1, "the machine was started again: it is another minute");
});

test("the oldest minutes are forgotten when there are too many, and subscribers who have no rows any more", (t) => {
  const { table, database } = record(t, { minutes: DAY, rows: 100_000 });
  const subscribers = () => database.prepare("SELECT address FROM subscribers").pluck().all();
  const saved = (at: number, host: number) => {
    table.save(minute(at), [used(host)]);
    table.forget();
  };
  saved(1, 1);
  saved(2, 2);
  for (let at = 3; at <= DAY + 1; at++) saved(at, 3);
  t.deepEqual([table.of("10.30.0.1", 2 * DAY).length, table.of("10.30.0.2", 2 * DAY).length], [0, 1]);
  for (let at = DAY + 2; at <= 3 * DAY; at++) saved(at, 3);
  t.deepEqual(subscribers(), ["10.30.0.3"]);
});

test("a clock that is far ahead for a while has nothing forgotten", (t) => {
  const { table } = record(t, { minutes: 100, rows: 1000 });
  for (let at = 1; at <= 20; at++) {
    table.save(minute(at, at % 10 === 0 ? { startedAt: BOOT + (at + 400 * DAY) * 60_000 } : {}), [used(1)]);
    table.forget();
  }
  t.is(table.of("10.30.0.1", 100).length, 20);
});

test("the oldest minutes are forgotten by rows, a few at a time", (t) => {
  const { table, database } = record(t, { minutes: 7 * DAY, rows: 50 });
  const first = () => database.prepare("SELECT min(boot_minute) FROM minutes").pluck().get();
  const rows = () => database.prepare("SELECT count(*) FROM usage").pluck().get() as number;
  const hosts = Array.from({ length: 10 }, (_, host) => used(host));
  for (let at = 1; at <= 12; at++) {
    table.save(minute(at), hosts);
    table.forget();
    t.true(rows() <= 50);
  }
  t.is(first(), 8);
  table.save(
    minute(13),
    [...Array(200).keys()].map((host) => used(host)),
  );
  table.forget();
  t.is(first(), 13, "a minute that is more than all is kept until the next");
});

test("a subscriber whose rows are on record is never forgotten", (t) => {
  const { table, database } = record(t, { minutes: 600, rows: 100_000 });
  const minutes = () => database.prepare("SELECT count(*) FROM minutes").pluck().get();
  for (let at = 0; at < 10 * DAY; at += 7) {
    table.save(minute(at), [used(1), used(at % 900)]);
    table.forget();
    if (at % 500 < 7) t.is(table.of("10.30.0.1", 10_000).length, minutes() as number);
  }
});

test("destinations are counted by the bits that are not set", (t) => {
  const count = (bits: number) => destinationCount(bitmap([...Array(bits).keys()]));
  t.deepEqual(
    [0, 1, 2, 10].map((bits) => count(bits).count),
    [0, 1, 2, 10],
  );
  t.deepEqual(count(64), { count: 89, isMore: false });
  t.deepEqual(count(127), { count: 621, isMore: false });
  t.deepEqual(count(128), { count: 621, isMore: true });
});

test("a damaged file is told in a sentence, and does well again when it was moved away", async (t) => {
  const file = join(directory(t), "usage.db");
  const history = new UsageHistory();
  t.teardown(() => history.stop());
  writeFileSync(file, "x".repeat(8192));
  await history.start(file);
  const error = await t.throwsAsync(history.call("of", "10.30.0.1", 1), { instanceOf: Sentence });
  t.regex(error.message, /usage\.db is no database: move it away and start again\.$/);
  writeFileSync(file, "");
  t.deepEqual(await history.call("of", "10.30.0.1", 1), []);
});

test("a file that is damaged within is told in a sentence by every report", async (t) => {
  const file = join(directory(t), "usage.db");
  const rows = [...Array(3000).keys()].map((host) => used(host));
  fileOf(file, (table) => {
    for (let at = 0; at < 5; at++) table.save(minute(at), rows);
  });
  const end = statSync(file).size;
  const damaged = openSync(file, "r+");
  writeSync(damaged, Buffer.alloc(40_960, 0x5a), 0, 40_960, end - 40_960);
  closeSync(damaged);
  const history = new UsageHistory();
  t.teardown(() => history.stop());
  await history.start(file);
  const asked = { service: "smtp", minutes: 60, now: BOOT + 5 * 60_000 };
  for (const report of [
    () => history.call("top", { ...asked, metric: "sessions", count: 5 }),
    () => history.call("baseline", { ...asked, periodMinutes: 1, share: 1 }),
  ]) {
    const error = await t.throwsAsync(report(), { instanceOf: Sentence });
    t.regex(error.message, /usage\.db is damaged: move it away and start again\.$/);
  }
});

test("reports are made one after the other, and no minute that one is about is forgotten while it is made", async (t) => {
  const file = join(directory(t), "usage.db");
  const minutes = defaultBounds.minutes;
  fileOf(file, (table) => {
    for (let at = 0; at < minutes; at++) table.save(minute(at), [used(1)]);
  });
  const history = new UsageHistory();
  t.teardown(() => history.stop());
  await history.start(file);
  const asked = { service: "smtp", minutes, now: BOOT + minutes * 60_000 };
  const ended: string[] = [];
  const first = history.call("baseline", { ...asked, periodMinutes: 999, share: 0 });
  const second = history.call("top", { ...asked, minutes: 1, metric: "sessions", count: 1 });
  void first.then(() => ended.push("first"));
  void second.then(() => ended.push("second"));
  for (let later = 0; later < 5; later++) {
    await history.call("take", [used(2)], true);
    await history.call("save", minute(minutes + later));
    ended.push("saved");
  }
  t.deepEqual((await first)?.proposal, { threshold: 1001, touched: 0 });
  await second;
  t.is(ended[0], "saved", "while it was made");
  t.deepEqual(
    ended.filter((each) => each !== "saved"),
    ["first", "second"],
  );
  await history.call("save", minute(minutes + 5));
  t.is((await history.call("of", "10.30.0.1", 2 * minutes)).length, minutes - 6);
});

/** A file of usage that no daemon has open. */
function fileOf(file: string, fill: (table: UsageTable) => void): void {
  const database = new Database(file);
  for (const step of usageMigrations) database.exec(step);
  database.pragma(`user_version = ${usageMigrations.length}`);
  const table = usageTable(database);
  database.transaction(() => fill(table))();
  database.close();
}

test("a minute is saved with all its parts, and none of one that was given up", async (t) => {
  const history = new UsageHistory();
  t.teardown(() => history.stop());
  await history.start(join(directory(t), "usage.db"));
  await history.call("take", [used(1)], true);
  await history.call("take", [used(2)], true);
  await history.call("take", [used(3)], false);
  await history.call("save", minute(1));
  const found = await Promise.all([1, 2, 3].map((host) => history.call("of", `10.30.0.${host}`, 1)));
  t.deepEqual(
    found.map(({ length }) => length),
    [0, 1, 1],
  );
});
