// What a breach's row says beside its times and counts: where sessions went, under which policy, and how it ended, by whom and why.
import test, { type ExecutionContext } from "ava";
import Database from "better-sqlite3";
import { breachLines } from "../../cli/views/breaches.ts";
import type { EngineEvent } from "../../mgmt/engine/region_data.ts";
import { storeFile } from "../../mgmt/paths.ts";
import { dateAndTime } from "../../mgmt/words.ts";
import {
  BOOT,
  breachFacts,
  configuration,
  DETECTOR,
  directory,
  ended,
  type Recording,
  recording,
  region,
  started,
} from "./parts.ts";

/** A recorder whose fast path has a policy of this generation, made of this revision. */
async function attached(t: ExecutionContext, state = directory(t)): Promise<Recording> {
  const recorded = await recording(t, state);
  obey(recorded, 1, 7, "attach");
  await recorded.turn();
  return recorded;
}

function obey(
  { engine }: Recording,
  generation: number,
  policyRevision: number,
  how: "attach" | "show" = "show",
): void {
  const { live, ...rest } = region({ generation });
  engine[how]({ ...rest, live: { ...live, policyRevision } });
}

async function rowAfter(recorded: Recording, ...events: EngineEvent[]) {
  recorded.engine.happen(...events);
  await recorded.turn();
  const [row] = await recorded.store.call("recentBreaches", 1);
  return row;
}

const { subscriber } = breachFacts();
const anna = { user: "anna", from: "192.0.2.7", why: "he cleaned it up" };
const nobody = { user: null, from: null, why: null, revision: null };
const early = { timeMs: 120_000 };

test("a breach whose time was over says so, and under which policy it was declared", async (t) => {
  const recorded = await attached(t);
  t.like(await rowAfter(recorded, started(1)), { generation: 1, revision: 7, end: null });
  t.deepEqual((await rowAfter(recorded, ended(2)))?.end, { ...nobody, reason: "over" });
});

test("a hold makes a breach last longer than its period", async (t) => {
  const recorded = await attached(t);
  const row = await rowAfter(recorded, started(1, { holdMs: 300_000 }));
  t.like(row, { periodMs: 60_000, holdMs: 300_000, untilAt: BOOT + 100_000 + 360_000 });
  const over = ended(2, { holdMs: 300_000, timeMs: 461_000 });
  t.is((await rowAfter(recorded, over))?.endedAt, BOOT + 460_000);
});

test("a time of another day than the breach's declaration carries its date", async (t) => {
  const recorded = await attached(t);
  const long = { holdMs: 86_400_000 };
  const day = (unixMs: number) => dateAndTime(unixMs).slice(0, "2026-11-22".length);
  const untilAt = BOOT + 100_000 + 60_000 + long.holdMs;
  t.not(day(untilAt), day(BOOT));
  const row = await rowAfter(recorded, started(1, long));
  t.true(recorded.lines[0]?.endsWith(`; blocked until ${dateAndTime(untilAt)}`));
  t.true(breachLines(row ? [row] : [])[1]?.includes(`  ${dateAndTime(untilAt)}  -  `));
  const over = await rowAfter(recorded, ended(2, { ...long, timeMs: untilAt - BOOT }));
  t.true(breachLines(over ? [over] : [])[1]?.includes(`  ${dateAndTime(untilAt)}  ${dateAndTime(untilAt)}  `));
});

test("a release is written into the breach that it ended: by whom, from where, and why", async (t) => {
  const recorded = await attached(t);
  await rowAfter(recorded, started(1), started(2, { host: 67 }));
  await recorded.releases.keep({ subscriber, detector: 0, ...anna });
  await rowAfter(
    recorded,
    ended(3, { ...early, reason: "released" }),
    ended(4, { host: 67, ...early, reason: "released" }),
  );
  const rows = await recorded.store.call("recentBreaches", 2);
  const ends = Object.fromEntries(rows.map((row) => [row.subscriber.address, row.end]));
  t.deepEqual(ends[subscriber.address], { ...nobody, reason: "released", ...anna });
  t.deepEqual(ends["10.30.94.67"], { ...nobody, reason: "released" }, "nobody is made up");
  t.is(
    recorded.lines[2],
    "10.30.94.66: 10 sessions of smtp-outbound in 60 s; was blocked for 17 s, 291 attempts refused; " +
      "released by anna from 192.0.2.7: he cleaned it up",
  );
});

test("a release is written into its breach by the next daemon, when the one that asked for it died", async (t) => {
  const state = directory(t);
  const first = await attached(t, state);
  await rowAfter(first, started(1));
  await first.releases.keep({ subscriber, detector: DETECTOR, ...anna });
  await first.store.stop();
  const second = await attached(t, state);
  const row = await rowAfter(second, ended(2, { ...early, reason: "released" }));
  t.deepEqual(row?.end, { ...nobody, reason: "released", ...anna });
});

test("an end by a changed configuration names it and who made it; one by other overrides does not", async (t) => {
  const recorded = await attached(t);
  const { store } = recorded;
  const accepted = { visit: "", bootId: "boot-1", settles: false };
  await store.call("proposeConfiguration", { kind: "text", text: configuration() }, 15, { now: 0, nowMs: 0 });
  await store.call("acceptConfiguration", { ...accepted, at: 5, user: "bert", from: "console", comment: "less" });
  obey(recorded, 1, 0);
  await rowAfter(recorded, started(1), started(2, { host: 67 }));
  obey(recorded, 2, 0);
  const changed = { ...early, reason: "policy" } as const;
  t.deepEqual((await rowAfter(recorded, ended(3, { host: 67, ...changed, generation: 2 })))?.end, {
    ...nobody,
    reason: "policy",
  });
  obey(recorded, 3, 1);
  await rowAfter(recorded, ended(4, { ...changed, generation: 3 }));
  const [, row] = (await store.call("recentBreaches", 2)).toSorted(
    (a, b) => (a.end?.revision ?? 0) - (b.end?.revision ?? 0),
  );
  t.deepEqual(row?.end, { reason: "policy", user: "bert", from: "console", why: "less", revision: 1 });
});

test("an end that nobody told is said to be missed, until it is told", async (t) => {
  const recorded = await attached(t);
  await rowAfter(recorded, started(1));
  recorded.clock.bootMs = 210_000;
  t.deepEqual((await rowAfter(recorded))?.end, { ...nobody, reason: "missed" });
  t.deepEqual((await rowAfter(recorded, ended(2)))?.end, { ...nobody, reason: "over" });
});

test("destinations are those that its events told: the end's, unless others displaced them", async (t) => {
  const recorded = await attached(t);
  const to = (host: number, sessions: number) => ({ address: `192.0.2.${host}`, port: 25, sessions, seenMs: 103_000 });
  const told = (...destinations: ReturnType<typeof to>[]) => ({ destinations });
  const seenAt = BOOT + 103_000;
  const rows = (found: { destinations: ReturnType<typeof to>[] }) =>
    found.destinations.map(({ seenMs: _, ...rest }) => ({ ...rest, seenAt }));
  const row = await rowAfter(recorded, started(1, told(to(1, 4), to(2, 6))));
  t.deepEqual(row?.destinations, rows(told(to(1, 4), to(2, 6))));
  t.deepEqual((await rowAfter(recorded, ended(2, told(to(3, 1)))))?.destinations, row?.destinations);
  const more = told(to(1, 5), to(2, 6), to(4, 9));
  await rowAfter(recorded, started(3, { periodStartedMs: 300_000, ...told(to(1, 4)) }));
  t.deepEqual((await rowAfter(recorded, ended(4, { periodStartedMs: 300_000, ...more })))?.destinations, rows(more));
});

test("destinations that somebody scribbled on are not believed", async (t) => {
  const state = directory(t);
  const recorded = await attached(t, state);
  const destinations = [{ address: "192.0.2.1", port: 25, sessions: 10, seenMs: 103_000 }];
  await rowAfter(recorded, started(1, { destinations }));
  await recorded.store.stop();
  const database = new Database(storeFile(state));
  database.exec(`UPDATE breaches SET destinations = '[{"address": "nowhere"}]'`);
  t.throws(() => database.exec("UPDATE breaches SET destinations = 'x'"), { code: "SQLITE_CONSTRAINT_CHECK" });
  database.close();
  const { store } = await attached(t, state);
  t.deepEqual((await store.call("recentBreaches", 1))[0]?.destinations, []);
});

test("a sliding breach that is declared again right after its end is another row, in whatever order it is told", async (t) => {
  const recorded = await attached(t);
  const first = { periodStartedMs: 103_000, timeMs: 103_000 };
  const second = { periodStartedMs: 163_000, timeMs: 163_000 };
  // The first one's end is told by the sweep, up to a second late.
  const late = ended(3, { ...first, timeMs: 163_900, counted: 40, refused: 0 });
  await rowAfter(recorded, started(1, first), started(2, second), late);
  const rows = await recorded.store.call("recentBreaches", 10);
  t.deepEqual(
    rows.map(({ startedAt, endedAt, counted }) => [startedAt - BOOT, endedAt && endedAt - BOOT, counted]),
    [
      [163_000, null, 10],
      [103_000, 163_000, 40],
    ],
  );
});
