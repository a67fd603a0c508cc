// Breaches whose region is gone: what the fast path is asked, and what becomes of their rows.

import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { restoreOrder } from "../../mgmt/breaches/restoring.ts";
import { restoreBytes } from "../../mgmt/engine/restore_order.ts";
import { BOOT, breachFacts, directory, ended, type Recording, record, recording, region, started } from "./parts.ts";

/** The machine is started anew while one is in breach, from 100 s on until 160 s of the boot before. */
async function rebooted(t: ExecutionContext, state = directory(t)): Promise<Recording> {
  const recorded = await recording(t, state);
  recorded.clock.bootMs = 103_020;
  recorded.engine.attach(region());
  recorded.engine.breaches = [record()];
  recorded.engine.happen(started(1));
  await recorded.turn();
  recorded.engine.breaches = [];
  recorded.clock.now = () => BOOT + 120_000 + recorded.clock.bootMs;
  recorded.clock.bootMs = 10_000;
  recorded.engine.takesBreaches = true;
  recorded.engine.attach(region({ region: "region-2" }));
  return recorded;
}

const again = { ...breachFacts(), periodStartedMs: 1, periodMs: 39_999 };

test("a breach goes on in a region that knows nothing of it: one row, until the same time", async (t) => {
  const state = directory(t);
  const recorded = await rebooted(t, state);
  await recorded.turn();
  const { destinations: _, ...order } = again;
  t.deepEqual(recorded.engine.restores, [order]);
  recorded.recorder.attached();
  await recorded.turn();
  t.is(recorded.engine.restores.length, 1);
  t.like(await recorded.store.call("recentBreaches", 10), [
    { region: "region-2", startedAt: BOOT + 103_000, untilAt: BOOT + 160_000, endedAt: null },
  ]);

  recorded.clock.bootMs = 40_500;
  recorded.engine.happen(ended(1, { ...again, timeMs: 40_300 }));
  await recorded.turn();
  const rows = await recorded.store.call("recentBreaches", 10);
  t.is(rows.length, 1);
  t.like(rows[0], { endedAt: BOOT + 160_000, end: { reason: "over" } });
  t.is(recorded.lines.length, 2);
});

test("nothing is restored, or concluded, before the fast path has what it judges by", async (t) => {
  const recorded = await rebooted(t);
  recorded.fastPath.isReady = false;
  await recorded.turn();
  t.deepEqual(recorded.engine.restores, []);
  t.like(await recorded.store.call("recentBreaches", 10), [{ region: "region-1", endedAt: null }]);
  recorded.fastPath.isReady = true;
  await recorded.turn();
  t.is(recorded.engine.restores.length, 1);
});

test("one that the fast path does not take is concluded, and one that it does not answer about is asked again", async (t) => {
  const recorded = await rebooted(t);
  recorded.engine.takesBreaches = false;
  const { answer } = recorded.engine;
  recorded.engine.answer = undefined;
  await recorded.turn();
  t.like(await recorded.store.call("recentBreaches", 10), [{ endedAt: null }]);
  recorded.engine.answer = answer;
  await recorded.turn();
  t.like(await recorded.store.call("recentBreaches", 10), [{ endedAt: BOOT + 130_000, end: { reason: "missed" } }]);
  t.is(recorded.lines.length, 2);
});

test("one whose time is over when the next region comes is not restored", async (t) => {
  const recorded = await rebooted(t);
  recorded.clock.bootMs = 50_000;
  await recorded.turn();
  t.deepEqual(recorded.engine.restores, []);
  t.like(await recorded.store.call("recentBreaches", 10), [{ endedAt: BOOT + 160_000, end: { reason: "missed" } }]);
});

test("a daemon that is restarted goes on with a row that moved", async (t) => {
  const state = directory(t);
  const first = await rebooted(t, state);
  await first.turn();
  await first.store.stop();
  const second = await recording(t, state);
  Object.assign(second.clock, { now: first.clock.now, bootMs: first.clock.bootMs });
  second.engine.breaches = [record(again)];
  second.engine.attach(region({ region: "region-2" }));
  await second.turn();
  t.deepEqual(second.engine.restores, []);
  t.like(await second.store.call("recentBreaches", 10), [{ region: "region-2", endedAt: null }]);
  t.deepEqual(second.lines, []);
});

test("an order keeps the end, has begun by now, and leaves out what was before this boot", (t) => {
  const times = fc.record({
    now: fc.integer({ min: 1, max: 1e6 }),
    left: fc.integer({ min: 2, max: 1e6 }),
    periodMs: fc.integer({ min: 1, max: 1e6 }),
    holdMs: fc.nat(1e6),
  });
  fc.assert(
    fc.property(times, ({ now, left, periodMs, holdMs }) => {
      fc.pre(left <= periodMs + holdMs);
      const breach = { ...breachFacts({ periodMs, holdMs }), untilAt: BOOT + now + left };
      const order = restoreOrder(breach as never, { now: BOOT + now, nowMs: now });
      t.is(order.periodStartedMs + order.periodMs + order.holdMs, now + left);
      t.true(order.periodStartedMs >= 1 && order.periodStartedMs <= now && order.periodMs >= 1 && order.holdMs >= 0);
      t.true(order.periodMs <= periodMs || order.holdMs < holdMs);
      if (now + left > periodMs + holdMs) t.like(order, { periodMs, holdMs });
    }),
  );
});

test("the bytes of an order are those that the fast path reads", (t) => {
  const subscriber = { address: "10.30.94.66", prefixLength: 32, outerVlan: 1, innerVlan: 2 };
  const order = {
    subscriber,
    detector: 7,
    periodStartedMs: 2 ** 33 + 5,
    periodMs: 60_000,
    holdMs: 8,
    counted: 9,
    refused: 10,
  };
  const bytes = Buffer.from(restoreBytes(order));
  t.is(
    bytes.toString("hex"),
    [
      ...["00000000000000000000ffff0a1e5e42", "02100000", "07000000", "80000000"],
      ...["0500000002000000", "60ea0000", "08000000", "09000000", "0a000000"],
    ].join(""),
  );
});
