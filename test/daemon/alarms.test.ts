// What is wrong with a fast path that runs: raised, held, and cleared.
import test from "ava";
import type { EngineStatus } from "../../mgmt/engine/engine_port.ts";
import type { EngineCounter } from "../../mgmt/engine/region_data.ts";
import { type Look, look, news } from "../../mgmt/status/alarms.ts";
import { daemon, region, until } from "./parts.ts";

interface Said {
  readonly starts?: number;
  readonly region?: string;
  readonly counters?: Partial<Record<EngineCounter, number>>;
  readonly missed?: number;
  readonly up?: boolean;
  readonly mbufsFree?: number;
}

/** A region that is well, but for what the test says. */
function says({ counters = {}, missed = 0, up = true, mbufsFree = 900, ...changes }: Said = {}): EngineStatus {
  const { live, ...rest } = region({ generation: 1, ...changes });
  const links = [{ subscriber: { up, missed, starved: 0 }, network: { up: true, missed: 0, starved: 0 } }];
  return {
    header: rest.header,
    live: { ...live, links, mbufsFree },
    counters: { ...rest.counters, engine: { ...rest.counters.engine, ...counters } },
  };
}

/** Looks at each region at its second; returns what was told at each look. */
function told(...looks: readonly (readonly [second: number, said: Said])[]): string[][] {
  let seen: Look | undefined;
  return looks.map(([second, said]) => {
    const before = seen;
    seen = look(before, says(said), second * 1000);
    return news(before?.alarms ?? [], seen.alarms);
  });
}

test("a fast path that is well gives no alarm", (t) => {
  t.deepEqual(told([0, {}], [1, {}]), [[], []]);
});

test("a port that goes down is told once, and once that it is up", (t) => {
  t.deepEqual(told([0, {}], [1, { up: false }], [2, { up: false }], [3, {}]), [
    [],
    ["Link 0: its subscriber-side port is down, and nothing passes. Look at its cable and at the other end."],
    [],
    ["Link 0: its subscriber-side port is up."],
  ]);
});

for (const [counter, raised, cleared] of [
  [
    "session_table_full",
    "The session table is full: 5 sessions so far",
    "The session table has had room for a minute: 12",
  ],
  ["subscriber_table_full", "No subscriber record is free: 5 times so far", "records have been free for a minute: 12"],
  ["watch_pool_full", "No watch is free: 5 sessions so far", "Watches have been free for a minute: 12 sessions"],
] as const) {
  test(`${counter} is an alarm until it has not grown for a minute, and says how many`, (t) => {
    const at = (count: number) => ({ counters: { [counter]: count } });
    const lines = told([0, at(100)], [1, at(105)], [50, at(112)], [109, at(112)], [110, at(112)], [111, at(112)]);
    t.deepEqual(
      lines.map(({ length }) => length),
      [0, 1, 0, 0, 1, 0],
    );
    t.true(lines[1]?.[0]?.startsWith(raised));
    t.true(lines[4]?.[0]?.includes(cleared));
  });
}

test("packets that a port missed are an alarm while there are more of them", (t) => {
  const [, raised, cleared] = told([0, { missed: 3 }], [1, { missed: 1003 }], [61, { missed: 1003 }]);
  t.regex(raised?.join() ?? "", /^Link 0: its subscriber-side port missed 1,000 packets so far:/);
  t.regex(cleared?.join() ?? "", /^Link 0: its subscriber-side port has missed nothing for a minute: it missed 1,000/);
});

test("counters that began anew with another process or region have not grown", (t) => {
  const lines = told(
    [0, { missed: 3 }],
    [1, { missed: 50, starts: 2 }],
    [2, { missed: 90, region: "region-2", starts: 2 }],
  );
  t.deepEqual(lines, [[], [], []]);
});

test("packet buffers that run out are told, and that they are free again", (t) => {
  t.deepEqual(told([0, { mbufsFree: 63 }], [1, { mbufsFree: 62 }], [2, { mbufsFree: 500 }]), [
    [],
    ["Packet buffers are nearly exhausted: fewer than 6.25 % of 1,000 are free, and packets may be missed."],
    ["Packet buffers are free again."],
  ]);
});

test("a daemon says in its journal what its fast path's region shows", async (t) => {
  const made = daemon(t);
  made.engine.attach(says());
  await made.app.start();
  made.engine.show(says({ up: false }));
  const told = (words: string) => made.lines.findIndex((line) => line.includes(words));
  await until("it is told", () => told("subscriber-side port is down") >= 0);
  made.engine.show(says());
  await until("its end is told", () => told("subscriber-side port is up.") >= 0);
  t.true(told("is up.") > told("is down"));
});
