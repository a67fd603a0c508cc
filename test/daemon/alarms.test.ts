// What is wrong with a fast path that runs: raised, held, and cleared.
import test from "ava";
import fc from "fast-check";
import { EngineError } from "../../mgmt/engine/engine_port.ts";
import type { DropReason, EngineCounter, ObeyedLinkMode } from "../../mgmt/engine/region_data.ts";
import { alarmRows, type Observed } from "../../mgmt/status/alarm_table.ts";
import { type Look, look, news, QUIET_MS } from "../../mgmt/status/alarms.ts";
import { daemon, region, until } from "./parts.ts";

interface Said {
  readonly starts?: number;
  readonly region?: string;
  readonly counters?: Partial<Record<EngineCounter, number>>;
  readonly dropped?: Partial<Record<DropReason, number>>;
  readonly missed?: number;
  readonly starved?: number;
  readonly up?: boolean;
  readonly mbufsFree?: number;
  readonly eventsLost?: number;
  readonly linkMode?: ObeyedLinkMode;
  readonly isCutOff?: boolean;
}

/** A fast path that is well, but for what the test says: of its tables nothing is used. */
function says(said: Said = {}): Observed {
  const { counters, dropped, missed = 0, starved = 0, up = true, mbufsFree = 900, ...more } = said;
  const { eventsLost = 0, isCutOff = false, ...changes } = more;
  const { live, ...rest } = region({ generation: 1, ...changes });
  const links = [{ subscriber: { up, missed, starved }, network: { up: true, missed: 0, starved: 0 } }];
  const unused = { sessions: 0, subscribers: 0, watches: 0 };
  const ports = rest.counters.links.map(({ subscriber, network }) => ({
    subscriber: { ...subscriber, dropped: { ...subscriber.dropped, ...dropped } },
    network,
  }));
  const status = {
    header: rest.header,
    live: { ...live, links, mbufsFree },
    counters: { ...rest.counters, engine: { ...rest.counters.engine, ...unused, ...counters }, links: ports },
  };
  return { status, eventsLost, isCutOff };
}

/** Looks at each at its second; returns what was told at each look. */
function told(...looks: readonly (readonly [second: number, said: Said])[]): string[][] {
  let seen: Look | undefined;
  return looks.map(([second, said]) => {
    const before = seen;
    seen = look(before, says(said), second * 1000);
    return news(before?.alarms ?? [], seen.alarms).map(({ text }) => text);
  });
}

test("a fast path that is well gives no alarm", (t) => {
  t.deepEqual(told([0, {}], [1, {}]), [[], []]);
});

test("a port that goes down is told once, and once that it is up", (t) => {
  t.deepEqual(told([0, { up: false }], [1, { up: false }], [2, {}]), [
    ["Link 0: its subscriber-side port is down, and nothing passes. Look at its cable and at the other end."],
    [],
    ["Link 0: its subscriber-side port is up."],
  ]);
});

test("a link that is not forwarding is told at once, what that means, and when it is over", (t) => {
  t.deepEqual(told([0, { linkMode: "bypass" }], [1, { linkMode: "cutoff" }], [2, {}]), [
    ['Link 0 is in bypass, as it was told: nothing on it is judged. "link mode 0 forwarding" ends it.'],
    [
      'Link 0 is in cutoff, as it was told: nothing passes on it. "link mode 0 forwarding" ends it.',
      "Link 0 is no longer in bypass.",
    ],
    ["Link 0 is no longer in cutoff."],
  ]);
});

test("a link that is cut off while one who tells of subscribers is silent is told so, and not how to undo what nobody typed", (t) => {
  const texts = (said: Said) => look(undefined, says(said), 0).alarms.map(({ text }) => text);
  t.deepEqual(texts({ linkMode: "cutoff", isCutOff: true }), [
    "Link 0 is in cutoff while one who tells of subscribers is silent: nothing passes on it.",
  ]);
  t.deepEqual(texts({ linkMode: "cutoff" }), [
    'Link 0 is in cutoff, as it was told: nothing passes on it. "link mode 0 forwarding" ends it.',
  ]);
});

test("links of an engine that cannot judge are not told one by one: that alarm says why", (t) => {
  const { status, ...rest } = says({ linkMode: "bypass" });
  const crashed = { ...status, live: { ...status.live, bypass: "crashes" } } as const;
  t.deepEqual(look(undefined, { ...rest, status: crashed }, 0).alarms, []);
});

/** What grows, by the alarm's key; and what is said of 5 of it, and of 12 at the end. */
const growing: Readonly<Record<string, readonly [(count: number) => Said, raised: RegExp, cleared: RegExp]>> = {
  session_table_full: [engine("session_table_full"), /^The session table is full: 5 /, /room for a minute: 12 /],
  sessions_evicted: [engine("sessions_evicted"), /^The session table is crowded: 5 /, /for a minute: 12 /],
  subscriber_table_full: [engine("subscriber_table_full"), /^No subscriber record is free: 5 /, /a minute: 12 /],
  watch_pool_full: [engine("watch_pool_full"), /^No watch is free: 5 /, /free for a minute: 12 /],
  fragments_displaced: [engine("fragments_displaced"), /^A flood of fragments: 5 /, /for a minute: 12 /],
  evasive: [engine("evasive"), /^Somebody hides ports or TCP flags .*: 5 packets/, /for a minute: 12 /],
  events_lost: [(count) => ({ eventsLost: count }), /^Events came faster .*: 5 so far are lost/, /for a minute: 12 /],
  "missed 0 subscriber": [(missed) => ({ missed }), /^Link 0: its subscriber-side port missed 5 /, /it missed 12 /],
  "starved 0 subscriber": [(starved) => ({ starved }), /^Link 0: .* found no packet buffer 5 times/, /: 12 times/],
  "transmit 0 subscriber": [dropped("transmit"), /^Link 0: .* 5 so far, because the other port took/, /: 12 were/],
  "handover_full 0 subscriber": [dropped("handover_full"), /^Link 0: .* 5 so far, because the worker/, /: 12 were/],
  "oversize 0 subscriber": [dropped("oversize"), /^Link 0: .* 5 so far, because they are longer/, /: 12 were/],
};

function engine(counter: EngineCounter) {
  return (count: number): Said => ({ counters: { [counter]: count } });
}

function dropped(reason: DropReason) {
  return (count: number): Said => ({ dropped: { [reason]: count } });
}

for (const [key, [at, raised, cleared]] of Object.entries(growing)) {
  test(`${key} is an alarm until it has not grown for a minute, and says how many`, (t) => {
    const counts = [
      [0, 100],
      [1, 105],
      [50, 112],
      [109, 112],
      [110, 112],
      [111, 112],
    ] as const;
    const lines = told(...counts.map(([second, count]) => [second, at(count)] as const));
    t.deepEqual(
      lines.map(({ length }) => length),
      [0, 1, 0, 0, 1, 0],
    );
    t.regex(lines[1]?.[0] ?? "", raised);
    t.regex(lines[4]?.[0] ?? "", cleared);
  });
}

/** What is limited, by the alarm's key: well, bad, better but not well yet. Its words while it is bad. */
const limited: Readonly<Record<string, readonly [well: Said, bad: Said, better: Said, raised: RegExp]>> = {
  // Of 65,536, 4,096 and 1,024: 95 % and 85 %.
  "nearly full sessions": [used("sessions", 62_258), used("sessions", 62_260), used("sessions", 55_706), /of sessions/],
  "nearly full subscribers": [
    used("subscribers", 3891),
    used("subscribers", 3892),
    used("subscribers", 3482),
    /of subs/,
  ],
  "nearly full watches": [
    used("watches", 972),
    used("watches", 973),
    used("watches", 871),
    /of watches is nearly full/,
  ],
  // Of 1,000: a sixteenth and an eighth are free.
  buffers: [{ mbufsFree: 63 }, { mbufsFree: 62 }, { mbufsFree: 125 }, /^Packet buffers are nearly exhausted/],
};

function used(table: "sessions" | "subscribers" | "watches", count: number): Said {
  return { counters: { [table]: count } };
}

for (const [key, [well, bad, better, raised]] of Object.entries(limited)) {
  test(`${key} is an alarm from its high mark on until it has been below its low mark for a minute`, (t) => {
    const lines = told([0, well], [1, bad], [2, better], [90, better], [91, well], [92, {}], [150, {}], [151, {}]);
    t.deepEqual(
      lines.map(({ length }) => length),
      [0, 1, 0, 0, 0, 0, 0, 1],
    );
    t.regex(lines[1]?.[0] ?? "", raised);
  });
}

test("refused openings are a flood when they are more than a thousand a second, over a second", (t) => {
  const refused = (count: number) => ({ counters: { sessions_refused: count } });
  const lengths = (...looks: (readonly [second: number, count: number])[]) =>
    told(...looks.map(([second, count]) => [second, refused(count)] as const)).map(({ length }) => length);
  t.deepEqual(lengths([0, 0], [1, 1000], [2, 2001]), [0, 0, 1]);
  t.deepEqual(lengths([0, 0], [0.25, 1000], [0.5, 1000], [0.75, 1000], [1, 1000], [1.25, 1000]), [0, 0, 0, 0, 0, 0]);
  t.deepEqual(lengths([0, 0], [0.25, 251], [0.5, 502], [0.75, 753], [1, 1004]), [0, 0, 0, 0, 1]);
});

test("every alarm of the table is driven by one of these tests", (t) => {
  const keys = alarmRows(says()).map(({ key }) => key.replace("network", "subscriber"));
  t.deepEqual([...new Set(keys)].sort(), [...Object.keys(growing), ...Object.keys(limited), "flood"].sort());
});

test("counters that began anew with another process or region have not grown", (t) => {
  const lines = told(
    [0, { missed: 3 }],
    [1, { missed: 50, starts: 2 }],
    [2, { missed: 90, region: "region-2", starts: 2 }],
  );
  t.deepEqual(lines, [[], [], []]);
});

/** A minute's worth of looks, any growth and any use between them. */
const histories = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 2 * QUIET_MS })),
    grown: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5000 })),
    mbufsFree: fc.integer({ min: 0, max: 200 }),
  }),
  { minLength: 1, maxLength: 200 },
);

test("no alarm changes twice within its quiet time, the first is raised at once, and a minute of calm clears all", (t) => {
  const property = fc.property(histories, (history) => {
    const changed = new Map<string, number>();
    let nowMs = 0;
    let count = 0;
    let seen = look(undefined, says({ mbufsFree: 900 }), nowMs);
    const go = (waitMs: number, grown: number, mbufsFree: number) => {
      const before = seen;
      nowMs += waitMs;
      count += grown;
      seen = look(before, says({ ...engine("session_table_full")(count), mbufsFree }), nowMs);
      const keys = (from: Look) => new Set(from.alarms.map(({ key }) => key));
      for (const key of keys(before).symmetricDifference(keys(seen))) {
        t.true(nowMs - (changed.get(key) ?? Number.NEGATIVE_INFINITY) >= QUIET_MS);
        changed.set(key, nowMs);
      }
      if (grown > 0) t.true(changed.has("session_table_full"));
      if (mbufsFree < 62) t.true(changed.has("buffers"));
    };
    for (const { waitMs, grown, mbufsFree } of history) go(waitMs, grown, mbufsFree);
    go(QUIET_MS, 0, 900);
    go(QUIET_MS, 0, 900);
    t.deepEqual(seen.alarms, []);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 200 }));
});

test("a daemon says in its log what its fast path's region shows", async (t) => {
  const made = daemon(t);
  made.engine.attach(says().status);
  await made.app.start();
  made.engine.show(says({ up: false }).status);
  const told = (words: string) => made.lines.findIndex((line) => line.includes(words));
  await until("it is told", () => told("subscriber-side port is down") >= 0);
  made.engine.show(says().status);
  await until("its end is told", () => told("subscriber-side port is up.") >= 0);
  t.true(told("is up.") > told("is down"));
});

test("an alarm outlives its region, and is over when another fast path is seen without it", async (t) => {
  const made = daemon(t);
  made.engine.attach(says({ up: false }).status);
  await made.app.start();
  const told = (words: string) => made.lines.filter((line) => line.includes(words)).length;
  await until("it is told", () => told("subscriber-side port is down") > 0);
  made.engine.detach(new EngineError("absent", "There is no fast path."));
  made.engine.attach(says({ starts: 2 }).status);
  await until("its end is told", () => told("subscriber-side port is up.") > 0);
  t.is(told("subscriber-side port is"), 2);
});
