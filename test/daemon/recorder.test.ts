// The life cycle of a breach, through the recorder and a real store; the fast path does what the test says.
import test, { type ExecutionContext } from "ava";
import type { BreachRecord } from "../../mgmt/engine/region_data.ts";
import { BOOT, breachFacts, directory, ended, type Recording, record, recording, region, started } from "./parts.ts";

const breach = "10.30.94.66: 10 sessions of smtp-outbound in 60 s";

/** What the store holds, in short: subscriber, start, end, refused. Times are seconds since boot. */
async function rows({ store }: Recording): Promise<[string, number, number | null, number][]> {
  const seconds = (unixMs: number) => (unixMs - BOOT) / 1000;
  const found = await store.call("recentBreaches", 1000);
  return found.map(({ subscriber, startedAt, endedAt, refused }) => [
    subscriber.address,
    seconds(startedAt),
    endedAt === null ? null : seconds(endedAt),
    refused,
  ]);
}

/** A recorder whose fast path has just come, with these breaches in its records. */
async function attached(t: ExecutionContext, state = directory(t), breaches: BreachRecord[] = []): Promise<Recording> {
  const recorded = await recording(t, state);
  recorded.engine.breaches = breaches;
  recorded.engine.attach(region());
  await recorded.turn();
  return recorded;
}

const clockOf = (bootMs: number) => new Date(BOOT + bootMs).toLocaleTimeString("en-GB");

test("a breach is one row and two lines: its start and its end", async (t) => {
  const recorded = await attached(t);
  recorded.clock.bootMs = 103_020;
  recorded.engine.happen(started(1));
  await recorded.turn();
  t.deepEqual(await rows(recorded), [["10.30.94.66", 103, null, 0]]);
  t.deepEqual(recorded.lines, [`${breach}; blocked until ${clockOf(160_000)}`]);

  recorded.clock.bootMs = 160_750;
  recorded.engine.happen(ended(2));
  await recorded.turn();
  t.deepEqual(
    await rows(recorded),
    [["10.30.94.66", 103, 160, 291]],
    "it ended with its period, not when that was told",
  );
  t.deepEqual(recorded.lines.slice(1), [`${breach}; was blocked for 57 s, 291 attempts refused`]);
});

test("the breaches of one are found by any address of his, in whatever VLAN, the latest first", async (t) => {
  const recorded = await attached(t);
  const network = { address: "2001:db8:30:66::", prefixLength: 64, outerVlan: 0, innerVlan: 0 };
  const host = { ...network, prefixLength: 128 };
  const [his, earlier] = [
    { subscriber: network },
    { subscriber: { ...network, outerVlan: 7 }, periodStartedMs: 50_000 },
  ];
  recorded.engine.happen(ended(1, earlier), ended(2, his), ended(3, { subscriber: host }), ended(4));
  await recorded.turn();
  const found = async (address: string, count = 10) =>
    (await recorded.store.call("recentBreaches", count, address)).map(({ subscriber }) => subscriber);
  t.deepEqual(await found("2001:db8:30:66::25"), [network, earlier.subscriber]);
  t.deepEqual(await found("2001:db8:30:66::25", 1), [network]);
  t.deepEqual(await found("2001:db8:30:66::"), [host, network, earlier.subscriber]);
  t.deepEqual(await found("10.30.94.66"), [breachFacts().subscriber]);
  t.deepEqual(await found("10.30.94.67"), []);
});

test("a row says what the configuration called the detector, and who the subscriber was", async (t) => {
  const recorded = await attached(t);
  const subscriber = { address: "2001:db8:30:66::", prefixLength: 64, outerVlan: 100, innerVlan: 7 };
  recorded.engine.happen(started(1, { subscriber }), started(2, { detector: 99 }));
  await recorded.turn();
  const [named, unnamed] = (await recorded.store.call("recentBreaches", 2)).toReversed();
  t.deepEqual(named?.subscriber, subscriber);
  t.deepEqual(named?.name, {
    package: 0,
    packageName: "residential",
    service: "smtp-outbound",
    signal: "sessions",
    threshold: 10,
    periodSeconds: 60,
    ...{ window: "fixed", holdSeconds: 0, count: "attempts" },
    actions: ["report", "block"],
  });
  t.is(unnamed?.name, null);
  t.regex(recorded.lines[0] ?? "", /^2001:db8:30:66::\/64 in VLAN 100\.7: 10 sessions/);
  t.regex(recorded.lines[1] ?? "", /^10\.30\.94\.66: 10 signals of forgotten detector 99 in 60 s; reported/);
});

test("a daemon that is restarted in the middle goes on with the same row, and tells no line twice", async (t) => {
  const state = directory(t);
  const first = await attached(t, state);
  first.engine.happen(started(1), started(2, { host: 67 }));
  await first.turn();
  await first.store.stop();

  const second = await attached(t, state, [record(), record({ host: 67 })]);
  t.deepEqual(second.engine.after, [{ region: "region-1", ring: 0, sequence: 2 }]);
  second.engine.happen(ended(3));
  await second.turn();
  t.deepEqual(await rows(second), [
    ["10.30.94.67", 103, null, 0],
    ["10.30.94.66", 103, 160, 291],
  ]);
  t.deepEqual(
    second.lines.map((line) => line.split("; ")[1]),
    ["was blocked for 57 s, 291 attempts refused"],
  );
});

test("an end that nobody told is concluded from the period's end", async (t) => {
  const recorded = await attached(t);
  recorded.engine.happen(started(1));
  recorded.engine.breaches = [record()];
  await recorded.turn();

  recorded.clock.bootMs = 300_000;
  recorded.engine.lose(4000);
  recorded.engine.breaches = [];
  await recorded.turn();
  t.deepEqual(await rows(recorded), [["10.30.94.66", 103, 160, 0]]);
  t.regex(recorded.lines[1] ?? "", /; was blocked for 57 s/);
  await recorded.turn();
  t.is(recorded.lines.length, 2);
});

test("a breach that vanished within its period has ended when that was found out", async (t) => {
  const recorded = await attached(t);
  recorded.engine.happen(started(1));
  await recorded.turn();
  recorded.clock.bootMs = 120_000;
  recorded.engine.attach(region({ region: "region-2" }));
  await recorded.turn();
  t.deepEqual(await rows(recorded), [["10.30.94.66", 103, 120, 0]]);
});

test("an end that is told after it was concluded completes the row and tells nothing", async (t) => {
  const state = directory(t);
  const first = await attached(t, state);
  first.engine.happen(started(1));
  await first.turn();
  first.clock.bootMs = 170_000;
  first.engine.attach(region({ starts: 2 }));
  await first.turn();
  t.deepEqual(await rows(first), [["10.30.94.66", 103, 160, 0]]);
  await first.store.stop();

  const second = await attached(t, state);
  second.engine.happen(ended(2, { timeMs: 171_000 }));
  await second.turn();
  t.deepEqual(await rows(second), [["10.30.94.66", 103, 160, 291]]);
  t.deepEqual(second.lines, []);
});

test("a breach that goes on past its end, as far as anybody told, makes the daemon look at the records", async (t) => {
  const recorded = await attached(t);
  recorded.engine.happen(started(1));
  await recorded.turn();
  recorded.clock.bootMs = 164_000;
  await recorded.turn();
  t.deepEqual(await rows(recorded), [["10.30.94.66", 103, null, 0]], "the sweep may take a second");
  t.deepEqual(recorded.recorder.open(), [], "and nobody is blocked any more");
  recorded.clock.bootMs = 230_000;
  await recorded.turn();
  t.deepEqual(await rows(recorded), [["10.30.94.66", 103, 160, 0]]);
});

test("a breach whose start nobody told is found in its record; its start event, if it comes, completes it", async (t) => {
  const recorded = await attached(t);
  recorded.engine.lose(1);
  recorded.engine.breaches = [record({ refused: 5 })];
  await recorded.turn();
  t.deepEqual(await rows(recorded), [["10.30.94.66", 100, null, 5]], "declared no earlier than its period began");
  t.is(recorded.lines.length, 1);

  recorded.engine.happen(started(7));
  await recorded.turn();
  recorded.engine.happen(ended(8));
  await recorded.turn();
  t.deepEqual(await rows(recorded), [["10.30.94.66", 103, 160, 291]]);
  t.is(recorded.lines.length, 2);
});

test("an end whose start nobody told is a whole row and both lines", async (t) => {
  const recorded = await attached(t);
  recorded.engine.happen(ended(8));
  await recorded.turn();
  t.deepEqual(await rows(recorded), [["10.30.94.66", 100, 160, 291]]);
  t.deepEqual(
    recorded.lines.map((line) => line.split("; ")[1]?.slice(0, 11)),
    ["blocked unt", "was blocked"],
  );
});

test("an end that is told while the records are read is taken from its event", async (t) => {
  const recorded = await attached(t);
  recorded.engine.happen(started(1));
  await recorded.turn();
  const breached = recorded.engine.breached.bind(recorded.engine);
  recorded.engine.breached = async () => {
    recorded.engine.happen(ended(2, { timeMs: 130_000 }));
    return breached();
  };
  recorded.clock.bootMs = 140_000;
  recorded.engine.attach(region({ starts: 2 }));
  await recorded.turn();
  t.deepEqual(await rows(recorded), [["10.30.94.66", 103, 130, 291]]);
});

test("the next period's breach is another row, also when the first one's end was lost", async (t) => {
  const recorded = await attached(t);
  recorded.engine.lose(7);
  const next = { periodStartedMs: 170_000 };
  recorded.engine.happen(started(1), started(9, next), ended(10, next));
  await recorded.turn();
  t.deepEqual(await rows(recorded), [
    ["10.30.94.66", 173, 230, 291],
    ["10.30.94.66", 103, 160, 0],
  ]);
  t.is(recorded.lines.length, 4);
});

test("a threshold that is raised and lowered again within a period makes two breaches of it", async (t) => {
  const recorded = await attached(t);
  const raised = { timeMs: 110_000, refused: 3 };
  recorded.engine.happen(started(1), ended(2, raised), started(3, { timeMs: 120_000 }), ended(4));
  await recorded.turn();
  t.deepEqual(await rows(recorded), [
    ["10.30.94.66", 120, 160, 291],
    ["10.30.94.66", 103, 110, 3],
  ]);
});

test("a region that takes an earlier one's place begins its events anew; nothing of either is taken for the other", async (t) => {
  const state = directory(t);
  const first = await attached(t, state);
  first.engine.happen(started(1), ended(2));
  await first.turn();
  first.engine.attach(region({ region: "region-2" }));
  first.engine.happen(started(1, { periodStartedMs: 300_000 }), ended(2, { periodStartedMs: 300_000 }));
  await first.turn();
  t.is((await rows(first)).length, 2);
  t.deepEqual(await first.store.call("eventPlaces"), [{ region: "region-2", ring: 0, sequence: 2 }]);
});

test("the clock being set moves no breach that was told before", async (t) => {
  const recorded = await attached(t);
  recorded.engine.happen(started(1));
  await recorded.turn();
  recorded.clock.now = () => BOOT + 3_600_000 + recorded.clock.bootMs;
  recorded.engine.happen(started(2, { host: 67 }));
  await recorded.turn();
  const found = await rows(recorded);
  t.deepEqual(
    found.map(([address, at]) => [address, at]),
    [
      ["10.30.94.67", 3703],
      ["10.30.94.66", 103],
    ],
  );
});

test("ten thousand events at once are all taken, in order, with the event loop turning in between", async (t) => {
  const recorded = await attached(t);
  const hosts = Array.from({ length: 5000 }, (_, host) => ({
    subscriber: { ...breachFacts().subscriber, address: `10.9.${host >> 8}.${host & 255}` },
  }));
  recorded.engine.happen(
    ...hosts.map((host, index) => started(index + 1, host)),
    ...hosts.map((host, index) => ended(index + 5001, host)),
  );
  let turns = 0;
  const counting = setInterval(() => turns++, 1);
  await recorded.turn();
  clearInterval(counting);
  t.true(turns > 3);
  t.is(recorded.lines.length, 10_000);
  t.true((await recorded.store.call("recentBreaches", 10_000)).every(({ endedAt }) => endedAt !== null));
});

test("a breach of a name is told and kept by its name; one that nobody knows any more by its address", async (t) => {
  const recorded = await attached(t);
  const of = (address: string) => ({ subscriber: { address, prefixLength: 128, outerVlan: 0, innerVlan: 0 } });
  recorded.engine.happen(started(1, of("100::1")), started(2, of("100::2")));
  await recorded.turn();
  t.deepEqual(
    recorded.lines.map((line) => line.replace(/;.*/, "")),
    ["cust-1001: 10 sessions of smtp-outbound in 60 s", "100::2: 10 sessions of smtp-outbound in 60 s"],
  );
  const kept = await recorded.store.call("recentBreaches", 10, "100::1");
  t.deepEqual(
    kept.map(({ subscriber }) => subscriber),
    [{ ...of("100::1").subscriber, name: "cust-1001" }],
  );
});

test("a breach whose name is not told in time is recorded by its address, and by its name when it changes", async (t) => {
  const recorded = await attached(t);
  const of = { subscriber: { address: "100::1", prefixLength: 128, outerVlan: 0, innerVlan: 0 } };
  const [name = ""] = recorded.names.splice(0);
  recorded.engine.happen(started(1, of));
  await recorded.turn();
  t.regex(recorded.lines[0] ?? "", /^100::1: /);
  recorded.names.push(name);
  recorded.clock.bootMs = 160_750;
  recorded.engine.happen(ended(2, of));
  await recorded.turn();
  t.regex(recorded.lines[1] ?? "", /^cust-1001: .*was blocked/);
  const kept = await recorded.store.call("recentBreaches", 10);
  t.deepEqual(
    kept.map(({ subscriber }) => subscriber.name),
    ["cust-1001"],
  );
});
