// Overrides as people change them: given to the fast path, then stored, or neither; in every later policy; over at their time.
import test, { type ExecutionContext } from "ava";
import { Sentence } from "../../mgmt/sentence.ts";
import { alice, overriding } from "./parts.ts";

type Overriding = Awaited<ReturnType<typeof overriding>>;

const MINUTE = 60_000;

const numbers = (list: readonly { readonly number: number }[]) => list.map(({ number }) => number);
const lastGiven = ({ given }: Overriding) => numbers(given().at(-1)?.overrides ?? []);
const refusal = async (t: ExecutionContext, acting: Promise<unknown>) =>
  (await t.throwsAsync(acting, { instanceOf: Sentence })).message;

test("an override is given to the fast path under the same revision, kept with who and why, and audited", async (t) => {
  const made = await overriding(t);
  const { given, list, clock, audited } = made;
  await made.make({ minutes: 5 });
  const until = clock.now() + 5 * MINUTE;
  t.deepEqual(given().at(-1), { revision: 1, overrides: [{ number: 1, untilMs: clock.nowMs() + 5 * MINUTE }] });
  t.like((await list())[0], {
    ...{ number: 1, kind: "exempt", prefix: "10.30.94.66/32", until, idle: null },
    ...{ madeAt: clock.now(), madeBy: "alice", madeFrom: "192.0.2.7", reason: "own mail server" },
  });
  const text = "exempt 10.30.94.66 for 5 minutes, reason: own mail server";
  t.like(audited[0], { operation: "override.make", user: "alice", text, outcome: "done" });
});

test("what is cleared is out of the policy, and on record with who and why", async (t) => {
  const made = await overriding(t);
  await made.make();
  await made.make({ kind: "force-block" });
  t.like(await made.clear(1, "moved"), { outcome: "applied", override: { number: 1 } });
  t.deepEqual(lastGiven(made), [2]);
  const [over, other] = await made.list(true);
  t.deepEqual(over?.ended, { at: made.clock.now(), by: "alice", reason: "moved" });
  t.is(other?.ended, null);
  t.is(await refusal(t, made.clear(1)), "Override 1 is over already.");
  t.is(await refusal(t, made.clear(3)), 'There is no override 3: see "show overrides".');
});

test("the same again takes the place of the one before, and another service or kind does not", async (t) => {
  const made = await overriding(t);
  await made.make();
  await made.make({ service: "smtp-outbound" });
  await made.make({ kind: "force-block" });
  t.like(await made.make({ minutes: 5 }), { replaced: 1, override: { number: 4 } });
  t.deepEqual(numbers(await made.list()), [2, 3, 4]);
  t.is((await made.list(true))[0]?.ended?.reason, "replaced by 4");
  t.deepEqual(lastGiven(made), [2, 3, 4]);
});

test("what the fast path refuses is not in force, and the refusal is audited", async (t) => {
  const made = await overriding(t);
  made.engine.answer = { ok: false, full: false, text: "it has too many overrides" };
  t.is(await refusal(t, made.make()), "The fast path refused it: it has too many overrides.");
  t.deepEqual(await made.list(true), []);
  t.like(made.audited[0], { operation: "override.make", outcome: "refused" });
  made.engine.answer = { ok: true, generation: 2 };
  await made.hostname("later");
  t.deepEqual(lastGiven(made), []);
});

test("what the store does not take is not in force: the fast path has back what it had", async (t) => {
  const made = await overriding(t);
  await made.make();
  const { store } = made;
  const call = store.call.bind(store);
  store.call = (name, ...args) =>
    name === "acceptOverride" ? Promise.reject(new Sentence("The disk is full.")) : call(name, ...args);
  t.is(await refusal(t, made.make({ kind: "force-block" })), "The disk is full.");
  t.deepEqual(
    made
      .given()
      .slice(-2)
      .map(({ overrides }) => numbers(overrides)),
    [[1, 2], [1]],
  );
  store.call = call;
  t.deepEqual(numbers(await made.list(true)), [1]);
  t.like(await made.make({ kind: "force-block" }), { override: { number: 2 } });
});

for (const [what, answer] of [
  ["that takes no policy now", { ok: false, full: true, text: "there is no memory for it" } as const],
  ["that does not answer", undefined],
] as const) {
  test(`an override waits for a fast path ${what}, and stands`, async (t) => {
    const made = await overriding(t);
    made.engine.answer = answer;
    t.is((await made.make()).outcome, "waiting");
    t.deepEqual(numbers(await made.list()), [1]);
    made.engine.answer = { ok: true, generation: 2 };
    made.policy.attached();
    await made.policy.look();
    t.deepEqual(lastGiven(made), [1]);
  });
}

test("every later commit, rollback and reading of the startup file has the overrides in it", async (t) => {
  const made = await overriding(t);
  await made.make();
  await made.hostname("second");
  await made.keeper.rollback(1, {}, alice);
  await made.hostname("fourth");
  await made.keeper.loadStartup(alice);
  t.deepEqual(
    made.given().map(({ revision, overrides }) => [revision, numbers(overrides)]),
    [
      [1, []],
      [1, [1]],
      [2, [1]],
      [3, [1]],
      [4, [1]],
      [5, [1]],
    ],
  );
});

test("a commit that waits to be confirmed keeps nobody from overriding, and to undo it leaves the override", async (t) => {
  const made = await overriding(t);
  await made.keeper.revertTimer(5, alice);
  await made.hostname("risky");
  await made.make();
  await made.keeper.revertNow(alice);
  t.is(made.keeper.facts().hostname, "edge-1");
  t.deepEqual(lastGiven(made), [1]);
});

for (const [what, bootId] of [
  ["the daemon", "boot-1"],
  ["the machine", "boot-2"],
] as const) {
  test(`after a restart of ${what} the overrides are in force, but for those whose time is over`, async (t) => {
    const first = await overriding(t);
    await first.make();
    await first.make({ kind: "force-block", minutes: 5 });
    await first.make({ kind: "force-block", prefix: "10.30.94.67/32", minutes: 50 });
    await first.stop();
    const second = await overriding(t, first.at, bootId);
    t.deepEqual(lastGiven(second), [1, 2, 3]);
    await second.stop();
    const third = await overriding(t, first.at, bootId);
    third.clock.bootMs += 6 * MINUTE;
    await third.overrides.look();
    await third.hostname("later");
    t.deepEqual(lastGiven(third), [1, 3]);
    t.is((await third.list(true))[1]?.ended?.by, "system");
  });
}

test("what a daemon that was killed gave the fast path and did not store is not in force when another runs", async (t) => {
  const first = await overriding(t);
  const { engine } = first;
  await first.make();
  const given = Promise.withResolvers<void>();
  const apply = engine.apply.bind(engine);
  engine.apply = (policy) => {
    void apply(policy);
    given.resolve();
    return new Promise(() => {});
  };
  void first.make({ kind: "force-block" });
  await given.promise;
  t.deepEqual(lastGiven(first), [1, 2]);
  await first.store.stop();
  const second = await overriding(t, first.at);
  t.deepEqual(lastGiven(second), [1]);
  t.like(await second.make({ kind: "assign", package: 0 }), { override: { number: 2 } });
});

test("commits and overrides that come at once take turns, and the last policy has them all", async (t) => {
  const made = await overriding(t);
  const hosts = [1, 2, 3, 4, 5, 6];
  await Promise.all(
    hosts.flatMap((host) => [made.make({ prefix: `10.30.94.${host}/32` }), made.hostname(`edge-${host + 1}`)]),
  );
  const seen = made.given().map(({ revision, overrides }) => [revision, numbers(overrides)]);
  t.deepEqual(seen, [
    [1, []],
    ...hosts.flatMap((host) => [host, host + 1].map((revision) => [revision, hosts.slice(0, host)])),
  ]);
});

test("one whose time is over is ended at that time, told, and in no later policy; the fast path is not asked for it", async (t) => {
  const made = await overriding(t);
  await made.overrides.look();
  await made.make({ minutes: 5 });
  await made.make({ kind: "force-block", minutes: 10 });
  const [first] = await made.list();
  const policies = made.given().length;
  made.clock.bootMs += 5 * MINUTE - 1;
  await made.overrides.look();
  t.is((await made.list()).length, 2);
  made.clock.bootMs += 1000;
  await made.overrides.look();
  const [over] = await made.list(true);
  t.deepEqual(over?.ended, { at: first?.until, by: "system", reason: "its time was over" });
  t.deepEqual(made.told.slice(-1), ["Override 1, exempt 10.30.94.66: its time is over."]);
  t.is(made.given().length, policies, "the fast path knows by itself");
  await made.hostname("later");
  t.deepEqual(lastGiven(made), [2]);
});

test("when the clock is set the fast path ends an override when people were told, by the clock as it is then", async (t) => {
  const made = await overriding(t);
  await made.make({ minutes: 60 });
  const [told] = await made.list();
  const policies = made.given().length;
  const { now } = made.clock;
  made.clock.now = () => now() + 20 * MINUTE;
  await made.overrides.look();
  await made.overrides.look();
  t.deepEqual(made.given().slice(policies), [
    { revision: 1, overrides: [{ number: 1, untilMs: made.clock.nowMs() + 40 * MINUTE }] },
  ]);
  t.is((await made.list())[0]?.until, told?.until);
  // By more than is left of it: the fast path has it no more.
  made.clock.now = () => now() + 90 * MINUTE;
  await made.overrides.look();
  t.deepEqual(lastGiven(made), []);
});

test("an IPv6 address means the whole subscriber, and its other addresses are about the same override", async (t) => {
  const made = await overriding(t);
  await made.keeper.enter(
    ["interface LineCard 0", 'subscriber anonymous-group name "LT6" IP-range 2001:db8:30::/48 prefix-length 56'],
    null,
    alice,
  );
  await made.make({ prefix: "2001:db8:30:66::1/128" });
  t.like(await made.make({ prefix: "2001:db8:30:67::2/128" }), { replaced: 1 });
  t.is((await made.list())[0]?.prefix, "2001:db8:30::/56");
  t.deepEqual(numbers(await made.overrides.of("2001:db8:30:68::3")), [2]);
  t.deepEqual(await made.overrides.of("2001:db8:30:100::3"), []);
});

test("an address has the overrides of longer prefixes first, and those of zones last", async (t) => {
  const made = await overriding(t);
  await made.keeper.enter(["zone range", "ip 10.30.94.0/25"], null, alice);
  await made.make({ prefix: null, zone: "range" });
  await made.make({ prefix: "10.30.94.64/26" });
  await made.make({ prefix: "10.30.94.66/32" });
  await made.make({ prefix: "10.30.94.67/32" });
  await made.clear(3);
  t.deepEqual(numbers(await made.overrides.of("10.30.94.66")), [2, 1]);
  t.deepEqual(numbers(await made.overrides.of("10.30.94.66", { ended: true })), [3, 2, 1]);
});

test("a store that cannot end an override is told of once in ten seconds, and asked again", async (t) => {
  const made = await overriding(t);
  await made.make({ minutes: 1 });
  made.clock.bootMs += 2 * MINUTE;
  const { store } = made;
  const call = store.call.bind(store);
  store.call = (name, ...args) =>
    name === "expireOverrides" ? Promise.reject(new Sentence("The disk is full.")) : call(name, ...args);
  await made.overrides.look();
  await made.overrides.look();
  t.deepEqual(made.told.filter((line) => line.endsWith("The disk is full.")).length, 1);
  store.call = call;
  made.clock.bootMs += 10_000;
  await made.overrides.look();
  t.deepEqual(await made.list(), []);
});

test("an override by name is one of the name's own address: told by its name, and refused if nobody has it", async (t) => {
  const made = await overriding(t);
  const done = await made.make({ prefix: null, name: "cust-1001", minutes: 5 });
  t.like(done, { outcome: "applied", override: { prefix: "100::1/128", name: "cust-1001", idle: null } });
  t.like(made.audited[0], { text: "exempt cust-1001 for 5 minutes, reason: own mail server" });
  t.deepEqual(numbers(await made.overrides.of("100::1")), [1]);
  t.deepEqual(numbers(await made.overrides.of("100::2")), []);
  t.is(await refusal(t, made.make({ prefix: null, name: "cust-1002" })), 'There is no subscriber "cust-1002".');
});
