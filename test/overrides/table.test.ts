// Overrides in the store, against a list that is kept in the naive way.
import test from "ava";
import Database from "better-sqlite3";
import fc from "fast-check";
import { type Override, overrideKinds } from "../../mgmt/overrides/override.ts";
import { migrations } from "../../mgmt/store/migrations.ts";
import { overrideTable } from "../../mgmt/store/override-table.ts";

const ENDED_KEPT = 3;

function tableOf(database: Database.Database) {
  for (const step of migrations) database.exec(step);
  return overrideTable(database, ENDED_KEPT);
}

const who = { madeAt: 1, madeBy: "alice", madeFrom: "console", reason: "a mail server", ended: null };

const steps = fc.array(
  fc.oneof(
    fc.record({
      step: fc.constant("make" as const),
      kind: fc.constantFrom(...overrideKinds),
      prefix: fc.constantFrom("10.0.0.1/32", "10.0.0.2/32", "2001:db8::/64"),
      until: fc.option(fc.integer({ min: 1, max: 100 })),
    }),
    fc.record({ step: fc.constant("clear" as const), number: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ step: fc.constant("pass" as const), time: fc.integer({ min: 1, max: 20 }) }),
  ),
  { maxLength: 30 },
);

test("what is in force, over and forgotten is as in a list, whatever is made, cleared and over", (t) => {
  fc.assert(
    fc.property(steps, (all) => {
      const database = new Database(":memory:");
      const table = tableOf(database);
      let [now, given] = [0, 0];
      let list: Override[] = [];
      for (const each of all) {
        const inForce = list.filter(({ ended }) => !ended);
        if (each.step === "make") {
          const { kind, prefix, until } = each;
          const replaced = inForce.find((other) => other.kind === kind && other.prefix === prefix);
          given++;
          const made = {
            ...who,
            number: given,
            kind,
            prefix,
            name: null,
            zone: null,
            service: null,
            package: null,
            until,
          };
          const how = { at: now, by: "alice", reason: `replaced by ${given}` };
          table.save({ made, ...(replaced && { ended: { number: replaced.number, how } }) });
          list = [...list.map((other) => (other === replaced ? { ...other, ended: how } : other)), made];
        } else if (each.step === "clear") {
          const how = { at: now, by: "bob", reason: "" };
          if (!inForce.some(({ number }) => number === each.number)) continue;
          table.save({ ended: { number: each.number, how } });
          list = list.map((other) => (other.number === each.number ? { ...other, ended: how } : other));
        } else {
          now += each.time;
          const over = inForce.filter(({ until }) => until !== null && until <= now);
          const how = (at: number) => ({ at, by: "system", reason: "its time was over" });
          t.deepEqual(
            table.expire(now).map(({ number }) => number),
            over.map(({ number }) => number),
          );
          list = list.map((other) => (over.includes(other) ? { ...other, ended: how(other.until ?? 0) } : other));
        }
        list = list.filter((other) => !other.ended || latestEnded(list).includes(other));
        t.deepEqual(table.page(0, 1000, true), list);
        t.deepEqual(
          table.inForce(),
          list.filter(({ ended }) => !ended),
        );
        t.is(table.last(), given, "a number is not given again, though it was forgotten");
        const ends = list.flatMap(({ ended, until }) => (ended || until === null ? [] : [until]));
        t.is(table.nextEnd(), ends.length > 0 ? Math.min(...ends) : null);
      }
      database.close();
    }),
    { numRuns: 300 },
  );
});

function latestEnded(list: readonly Override[]): readonly Override[] {
  return list
    .filter(({ ended }) => ended)
    .sort((a, b) => (b.ended?.at ?? 0) - (a.ended?.at ?? 0) || b.number - a.number)
    .slice(0, ENDED_KEPT);
}

test("a page goes on behind a number and has what is over only when asked", (t) => {
  const table = tableOf(new Database(":memory:"));
  const rule = { kind: "exempt", name: null, zone: null, service: null, package: null, until: null } as const;
  for (const number of [1, 2, 3, 4]) table.save({ made: { ...who, ...rule, number, prefix: `10.0.0.${number}/32` } });
  table.save({ ended: { number: 2, how: { at: 5, by: "bob", reason: "moved" } } });
  const numbers = (after: number, withEnded: boolean) => table.page(after, 2, withEnded).map(({ number }) => number);
  t.deepEqual([numbers(0, false), numbers(3, false), numbers(0, true)], [[1, 3], [4], [1, 2]]);
  t.deepEqual(table.get(2)?.ended, { at: 5, by: "bob", reason: "moved" });
});
