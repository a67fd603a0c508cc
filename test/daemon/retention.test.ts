// Breaches do not stay for ever.
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { BreachBook } from "../../mgmt/breaches/book.ts";
import { BreachRetention } from "../../mgmt/breaches/retention.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { breachTable } from "../../mgmt/store/breach-table.ts";
import type { StoreCalls } from "../../mgmt/store/calls.ts";
import { openDatabase } from "../../mgmt/store/database.ts";
import { bookContext, directory, ended, started } from "./parts.ts";

const PERIOD_MS = 60_000;

/** A table that keeps a hundred, with as many breaches declared a minute after each other; the last `open` of them go on. */
function table(t: ExecutionContext, { rows, open }: { rows: number; open: number }) {
  const database = openDatabase(join(directory(t), "store"));
  t.teardown(() => database.close());
  const breaches = breachTable(database, 100);
  const book = new BreachBook(bookContext);
  for (let row = 0; row < rows; row++) {
    const facts = { periodStartedMs: row * PERIOD_MS };
    book.events("region-1", [started(2 * row + 1, facts)]);
    if (row < rows - open) book.events("region-1", [ended(2 * row + 2, facts)]);
  }
  breaches.save(book.takeUnsaved(), []);
  return breaches;
}

/** A call a step, until nothing is left to forget. */
function pruneAll({ prune }: ReturnType<typeof table>, now: number, keptMs = 0): number {
  for (let steps = 1; ; steps++) if (!prune(now, keptMs)) return steps;
}

test("the latest are kept, in steps that are small", (t) => {
  const breaches = table(t, { rows: 1200, open: 0 });
  t.is(pruneAll(breaches, 0), 3);
  const left = breaches.recent(2000);
  t.is(left.length, 100);
  t.is(left.at(-1)?.periodStartedMs, 1100 * PERIOD_MS);
});

test("those declared before the time are forgotten, but for those that go on", (t) => {
  const breaches = table(t, { rows: 20, open: 5 });
  pruneAll(breaches, Number.MAX_SAFE_INTEGER);
  const left = breaches.recent(2000);
  t.deepEqual(
    left.map(({ endedAt }) => endedAt),
    Array(5).fill(null),
  );
  t.is(pruneAll(breaches, Number.MAX_SAFE_INTEGER), 1);
});

test("a clock that is far ahead does not age them: the latest says what time it was", (t) => {
  const breaches = table(t, { rows: 20, open: 0 });
  pruneAll(breaches, Number.MAX_SAFE_INTEGER, 10 * PERIOD_MS);
  t.is(breaches.recent(2000).length, 11);
  pruneAll(breaches, 12 * PERIOD_MS, 10 * PERIOD_MS);
  t.is(breaches.recent(2000).length, 11, "nor does one that is behind");
});

test("a number of a breach leads to it as long as it is on record", (t) => {
  const breaches = table(t, { rows: 120, open: 0 });
  const [latest] = breaches.recent(1);
  t.deepEqual(breaches.get(120), latest);
  t.truthy(breaches.get(20));
  pruneAll(breaches, 0);
  t.is(breaches.get(20), undefined);
});

test("what is a year old is forgotten; a store that cannot serve now is asked again", async (t) => {
  const day = 86_400_000;
  const answers = [true, true, false];
  const asked: unknown[] = [];
  const call = (async (...args: [keyof StoreCalls, ...unknown[]]) => {
    asked.push(args);
    const more = answers.shift();
    if (more === undefined) throw new Sentence("The disk is full.");
    return more;
  }) as never;
  const clock = { now: () => 400 * day, nowMs: () => 0 };
  const retention = new BreachRetention({ store: { call }, clock });
  await retention.forget();
  t.deepEqual(asked, Array(3).fill(["pruneBreaches", 400 * day, 365 * day]));
  clock.now = () => 800 * day;
  clock.nowMs = () => day;
  await t.notThrowsAsync(() => retention.forget());
  t.deepEqual(
    asked.at(-1),
    ["pruneBreaches", 401 * day, 365 * day],
    "a clock that was set ahead does not make them older",
  );
});
