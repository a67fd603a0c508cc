// Overrides where they are worked on: what is refused, what is without effect, and what the policy has after any changes.
import test from "ava";
import Database from "better-sqlite3";
import fc from "fast-check";
import { ConfigurationDesk } from "../../mgmt/config/desk.ts";
import { OverrideDesk } from "../../mgmt/overrides/desk.ts";
import { type OverrideRule, overrideKinds } from "../../mgmt/overrides/override.ts";
import { Engine } from "../../mgmt/replay/engine.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { idTable } from "../../mgmt/store/id-table.ts";
import { migrations } from "../../mgmt/store/migrations.ts";
import { overrideTable } from "../../mgmt/store/override-table.ts";
import { revisionTable } from "../../mgmt/store/revision-table.ts";
import { configuration } from "../daemon/parts.ts";
import { readPolicy } from "./parts.ts";

const moment = (now: number) => ({ now, nowMs: now });
const who = { by: "alice", from: "console", reason: "own mail server" };
const nobody = { kind: "exempt", prefix: null, name: null, zone: null, service: null, package: null } as const;
const one = { ...nobody, prefix: "10.30.94.66/32" };

function desks(text = configuration()) {
  const database = new Database(":memory:");
  for (const step of migrations) database.exec(step);
  const table = overrideTable(database);
  const ids = idTable(database);
  const configurations = new ConfigurationDesk({ revisions: revisionTable(database), ids, overrides: table });
  const commit = (change: string, now = 0) => {
    const proposal = configurations.propose({ kind: "text", text: change }, 15, moment(now));
    if (proposal.outcome !== "good") throw new Error(JSON.stringify(proposal));
    const by = { user: "alice", from: "console", comment: "", visit: "", bootId: "boot-1", settles: false };
    configurations.accept({ at: now, ...by });
    return proposal.prepared;
  };
  if (text !== "") commit(text);
  const desk = new OverrideDesk({ table, configuration: configurations });
  const make = (rule: OverrideRule, { until = null as number | null, now = 0 } = {}) => {
    const proposal = desk.propose({ kind: "make", rule, until, at: now, ...who }, moment(now));
    desk.accept();
    return proposal;
  };
  return { database, table, desk, commit, make };
}

for (const [what, rule, sentence] of [
  ["a zone", { ...nobody, zone: "range" }, 'Zone range does not exist: create it with "zone range".'],
  ["a service", { ...one, service: "pop3" }, 'Service pop3 does not exist: create it with "service pop3".'],
  ["a package", { ...one, kind: "assign", package: 7 }, 'Package 7 does not exist: create it with "package 7".'],
] as const) {
  test(`an override that speaks of ${what} which the configuration lacks is refused`, (t) => {
    t.throws(() => desks().make(rule), { instanceOf: Sentence, message: sentence });
  });
}

test("the configuration may lose what an override speaks of: it is without effect then, and told so", (t) => {
  const { desk, commit, make } = desks(
    `zone range\n ip 10.30.94.0/25\nservice pop3\n protocol tcp port 110\npackage 7\n${configuration()}`,
  );
  make({ ...nobody, zone: "range" });
  make({ ...one, service: "pop3" });
  make({ ...one, kind: "assign", package: 7 });
  make(one);
  const idle = () => desk.page(0, 10, false).map((each) => each.idle !== null);
  t.deepEqual(idle(), [false, false, false, false]);
  commit(configuration());
  t.deepEqual(idle(), [true, true, true, false]);
});

test("an address that is nobody's is without effect, and a prefix around a group is not", (t) => {
  const { make } = desks();
  t.regex(make({ ...nobody, prefix: "192.0.2.1/32" }).override.idle ?? "", /^No anonymous group has such an address/);
  t.is(make({ ...nobody, prefix: "10.0.0.0/8" }).override.idle, null);
});

test("without a configuration nothing can be overridden: the fast path keeps what it has", (t) => {
  t.throws(() => desks("").make({ ...nobody, prefix: "10.0.0.0/8" }), {
    instanceOf: Sentence,
    message: "No configuration is in force that could be overridden: load one first.",
  });
});

test("an override of a service that is built in never makes a good configuration one that the fast path refuses", (t) => {
  const { desk, commit, make } = desks();
  const { prepared } = make({ ...one, service: "http" });
  t.is(readPolicy(prepared.blob).overrides.length, 1);
  const services = Array.from({ length: 63 }, (_, index) => `service s${index}\n protocol tcp port ${1000 + index}\n`);
  t.deepEqual(readPolicy(commit(services.join("") + configuration()).blob).overrides, []);
  t.regex(desk.page(0, 1, false)[0]?.idle ?? "", /^At most 64 services/);
});

test("an address has what the configuration says of its zones beside what people said", (t) => {
  const zone = "zone range\n ip 10.30.94.0/25\n";
  const lines = " mass-mailing force-block zone range service smtp\nend\n";
  const { desk, make } = desks(zone + configuration().replace("end\n", lines));
  make(one);
  t.deepEqual(
    desk.of("10.30.94.66", false).map(({ number, kind, zone: name, madeBy }) => ({ number, kind, name, madeBy })),
    [
      { number: 1, kind: "exempt", name: null, madeBy: "alice" },
      { number: 0, kind: "force-block", name: "range", madeBy: "configuration" },
    ],
  );
  t.deepEqual(desk.of("10.30.94.166", false), []);
});

test("10,000 are in force at most: one more is refused, one in another's place is not, and the engine takes them all", (t) => {
  const zones = Array.from({ length: 64 }, (_, index) => `zone z${index}\n ip 10.30.94.${index}\n`);
  const lines = zones.map((_, index) => ` mass-mailing exempt zone z${index}\n`);
  const { database, table, make } = desks(zones.join("") + configuration().replace("end\n", `${lines.join("")}end\n`));
  const fill = database.transaction(() => {
    for (let number = 1; number <= 10_000; number++) {
      const prefix = `10.30.${number >> 8}.${number & 255}/32`;
      const made = { madeAt: 0, madeBy: "alice", madeFrom: "console", reason: "", until: null, ended: null };
      table.save({ made: { ...nobody, ...made, prefix, number } });
    }
  });
  fill();
  t.throws(() => make({ ...nobody, prefix: "10.31.0.1/32" }), {
    instanceOf: Sentence,
    message: "10,000 overrides are in force, and there is room for no more: clear some.",
  });
  const { prepared, replaced } = make({ ...nobody, prefix: "10.30.0.1/32" });
  t.is(replaced, 1);
  t.is(readPolicy(prepared.blob).overrides.length, 10_064);
  t.notThrows(() => new Engine({ policy: prepared.blob, sessions: 10, subscribers: 10, watches: 10, detectors: 8 }));
});

const changes = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom(...overrideKinds),
      prefix: fc.constantFrom("10.30.94.1/32", "10.30.94.2/32", "10.30.94.0/24"),
      service: fc.constantFrom(null, "smtp-outbound"),
      minutes: fc.option(fc.integer({ min: 1, max: 50 })),
    }),
    fc.record({ clear: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ pass: fc.integer({ min: 1, max: 30 }), expire: fc.boolean() }),
    fc.record({ commit: fc.constantFrom("edge-1", "edge-2", "edge-3") }),
  ),
  { maxLength: 25 },
);

test("every policy has those that are in force then, by a list that is kept in the naive way", (t) => {
  fc.assert(
    fc.property(changes, (all) => {
      const { database, desk, table, commit, make } = desks();
      let list: { number: number; key: string; until: number | null }[] = [];
      let [now, hostname] = [0, "edge-1"];
      for (const each of all) {
        let policy: Uint8Array | undefined;
        if ("kind" in each) {
          const { kind, prefix, service, minutes } = each;
          const rule = { ...nobody, kind, prefix, service: kind === "assign" ? null : service };
          const until = minutes === null ? null : now + minutes;
          const proposal = make({ ...rule, package: kind === "assign" ? 0 : null }, { until, now });
          const key = JSON.stringify(rule);
          list = [...list.filter((other) => other.key !== key), { number: table.last(), key, until }];
          policy = proposal.prepared.blob;
        } else if ("clear" in each) {
          if (!table.inForce().some(({ number }) => number === each.clear)) continue;
          const proposal = desk.propose({ kind: "clear", number: each.clear, at: now, ...who }, moment(now));
          desk.accept();
          list = list.filter(({ number }) => number !== each.clear);
          policy = proposal.prepared.blob;
        } else if ("pass" in each) {
          now += each.pass;
          if (each.expire) desk.expire(now);
        } else if (each.commit !== hostname) {
          hostname = each.commit;
          policy = commit(configuration({ hostname }), now).blob;
        }
        const expected = list.filter(({ until }) => until === null || until > now);
        const wanted = expected.map(({ number, until }) => ({ number, untilMs: until }));
        if (policy) t.deepEqual(readPolicy(policy).overrides, wanted);
      }
      database.close();
    }),
    { numRuns: 100 },
  );
});

test("an address's overrides are found by what is around it, in its zones and within its subscriber, among 10,000 of others", (t) => {
  const groups = (length: number) =>
    configuration().replace(
      "end\n",
      ` subscriber anonymous-group name "LT6" IP-range 2001:db8:30::/48 prefix-length ${length}\nend\n`,
    );
  const { desk, commit, make, table, database } = desks(`zone range\n ip 2001:db8:30::/52\n${groups(64)}`);
  for (const prefix of ["2001:db8:30:66::/64", "2001:db8:30:67::1/128", "2001:db8:30:166::/64", "2001:db8::/32"]) {
    make({ ...nobody, prefix });
  }
  make({ ...nobody, zone: "range" });
  const numbers = (address: string) => desk.of(address, false).map(({ number }) => number);
  t.deepEqual(numbers("2001:db8:30:66::1"), [1, 4, 5]);
  t.deepEqual(numbers("10.30.94.66"), []);
  commit(`zone range\n ip 2001:db8:30::/52\n${groups(56)}`);
  t.deepEqual(numbers("2001:db8:30:66::1"), [1, 2, 4, 5], "a /56 is one subscriber now");
  t.deepEqual(
    desk.ofEach(["10.30.94.66", "2001:db8:30:166::9"]).map((each) => each.map(({ number }) => number)),
    [[], [3, 4, 5]],
  );

  const fill = database.transaction(() => {
    for (let number = 6; number <= 10_000; number++) {
      const made = { madeAt: 0, madeBy: "alice", madeFrom: "console", reason: "", until: null, ended: null };
      table.save({ made: { ...nobody, ...made, prefix: `10.31.${number >> 8}.${number & 255}/32`, number } });
    }
  });
  fill();
  const near = table.near({ address: "2001:db8:30:66::1", subscriberLength: 56, zones: ["range"] }, true);
  t.deepEqual(
    near.map(({ number }) => number),
    [1, 2, 3, 4, 5],
    "nobody else's is looked at",
  );
});
