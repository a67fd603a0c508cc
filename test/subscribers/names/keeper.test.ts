// Names and mappings as feeds and people tell them: stored, given to the fast path, in step with it through restarts.

import test from "ava";
import { Sentence } from "../../../mgmt/sentence.ts";
import { keeping, keyOf, login, session } from "./parts.ts";

const A = "10.0.0.1";
const B = "10.0.0.2";
const P = "2001:db8:30::/56";

test("a login maps its addresses to the name, in the file and in the fast path", async (t) => {
  const { keeper, held, obeyed, engine, settled } = await keeping(t);
  await settled();
  t.deepEqual(await keeper.take([login("alice", [A, P], 100, { package: 3 })]), ["applied"]);
  t.deepEqual(await held(), { [A]: "alice", [P]: "alice" });
  t.deepEqual(await obeyed(), await held());
  t.deepEqual(
    [...engine.names.values()].map((each) => each.package),
    [3],
  );
  t.deepEqual(await keeper.take([login("alice", [A, P], 101)]), ["unchanged"]);
});

test("an address that moves to another name is the other's at once, and his stop leaves it alone", async (t) => {
  const { keeper, held, obeyed, settled } = await keeping(t);
  await settled();
  await keeper.take([login("alice", [A], 100), login("bob", [A], 200)]);
  t.deepEqual(await held(), { [A]: "bob" });
  t.deepEqual(await keeper.take([{ kind: "logout", session: session("alice"), at: 300 }]), ["not-its-own"]);
  t.deepEqual(await obeyed(), { [A]: "bob" });
  t.deepEqual(await keeper.take([{ kind: "logout", session: session("bob"), at: 300 }]), ["applied"]);
  t.deepEqual(await obeyed(), {});
});

test("what is told too late changes nothing: an older login, and one behind its session's stop", async (t) => {
  const { keeper, held } = await keeping(t);
  await keeper.take([login("alice", [A], 200)]);
  t.deepEqual(await keeper.take([login("bob", [A], 100)]), ["stale"]);
  await keeper.take([{ kind: "logout", session: session("alice"), at: 300 }]);
  t.deepEqual(await keeper.take([login("alice", [B], 300)]), ["stale"]);
  t.deepEqual(await held(), {});
  t.deepEqual(await keeper.take([login("alice", [B], 301)]), ["applied"]);
});

test("a session's next address takes the place of the one of the same attribute, and of no other", async (t) => {
  const { keeper, held } = await keeping(t);
  const delegated = { mappings: [{ key: keyOf(P), attribute: "Delegated-IPv6-Prefix" }] };
  await keeper.take([login("alice", [A], 100), login("alice", [], 100, delegated), login("alice", [B], 200)]);
  t.deepEqual(await held(), { [B]: "alice", [P]: "alice" });
});

test("a NAS that starts anew ends its own sessions, and those that it told of before are late", async (t) => {
  const { keeper, held } = await keeping(t);
  const other = { session: session("bob", "nas-2") };
  await keeper.take([login("alice", [A], 100), login("bob", [B], 100, other)]);
  t.deepEqual(await keeper.take([{ kind: "clear", feed: "radius", nas: "nas-1", at: 200 }]), ["applied"]);
  t.deepEqual(await held(), { [B]: "bob" });
  t.deepEqual(await keeper.take([login("carol", [A], 150)]), ["stale"]);
  t.deepEqual(await keeper.take([login("carol", [A], 201)]), ["applied"]);
});

test("a mapping expires, unless it is renewed by who does not know the name", async (t) => {
  const { keeper, held, obeyed, clock, settled } = await keeping(t);
  await settled();
  const expiresAt = clock.now() + 10_000;
  await keeper.take([login("alice", [A], 100, { expiresAt }), login("bob", [B], 100, { expiresAt })]);
  const later = expiresAt + 60_000;
  t.deepEqual(await keeper.take([{ kind: "renew", session: session("bob"), at: 101, expiresAt: later }]), ["applied"]);
  t.deepEqual(await keeper.take([{ kind: "renew", session: session("x"), at: 101, expiresAt: later }]), [
    "not-its-own",
  ]);
  clock.bootMs += 10_000;
  await keeper.look();
  t.deepEqual(await held(), { [B]: "bob" });
  t.deepEqual(await obeyed(), { [B]: "bob" });
});

test("a name that no person introduced is forgotten when it had no mapping for so long, unless it is needed", async (t) => {
  const { keeper, clock, settings, needed, names, engine, settled } = await keeping(t);
  settings.ageingMinutes = 10;
  await settled();
  await keeper.take(["alice", "bob", "carol"].map((name, index) => login(name, [`10.0.0.${index}`], 100)));
  await keeper.take([{ kind: "introduce", name: "fixed", package: 0 }]);
  await keeper.take(["alice", "bob"].map((name) => ({ kind: "logout", session: session(name), at: 200 }) as const));
  needed.push((await names.call("idOf", "bob")) ?? 0);
  clock.bootMs += 11 * 60_000;
  await keeper.look();
  t.deepEqual(await names.call("page", {}, "", 10), ["bob", "carol", "fixed"]);
  t.is(engine.names.size, 3);
  t.like(keeper.figures, { names: 3, fixed: 1, idle: 2, aged: 1 });
});

test("a name that comes back has the number that it had", async (t) => {
  const { keeper, names } = await keeping(t);
  await keeper.take([login("alice", [A], 100), login("bob", [B], 100)]);
  const id = await names.call("idOf", "alice");
  await keeper.take([{ kind: "remove", name: "alice" }]);
  t.is(await names.call("named", "alice"), undefined);
  t.deepEqual(await names.call("namesOf", [id ?? 0]), [[id ?? 0, "alice"]]);
  await keeper.take([login("alice", [A], 200)]);
  t.is((await names.call("named", "alice"))?.id, id);
});

test("a static mapping stays its name's, whatever a session tells: of the same name, or of another", async (t) => {
  const { keeper, held, names, clock } = await keeping(t);
  await keeper.take([{ kind: "introduce", name: "alice", package: 2, keys: [keyOf(A), keyOf(B)] }]);
  const now = clock.now();
  t.deepEqual(await keeper.take([login("alice", [A], now)]), ["unchanged"]);
  await keeper.take([{ kind: "logout", session: session("alice"), at: now }]);
  t.deepEqual(await held(), { [A]: "alice", [B]: "alice" });
  await keeper.take([{ kind: "introduce", name: "alice", package: 2, keys: [keyOf(A)] }]);
  t.deepEqual(await held(), { [A]: "alice" });
  t.deepEqual(await keeper.take([login("bob", [A], now)]), ["held"]);
  t.is(await names.call("named", "bob"), undefined);
  await keeper.take([login("bob", [B], now)]);
  t.deepEqual(await keeper.take([login("bob", [A, P], now)]), ["held"]);
  t.deepEqual(await held(), { [A]: "alice", [P]: "bob" });
  await keeper.take([{ kind: "map", name: "alice", keys: [keyOf(P)] }]);
  t.deepEqual(await held(), { [A]: "alice", [P]: "alice" });
});

test("a mapping is its name's since it was told first, and another's since it moved", async (t) => {
  const { keeper, names, clock } = await keeping(t);
  const since = async (name: string) => (await names.call("named", name))?.mappings.map((each) => each.since);
  const first = clock.now();
  await keeper.take([login("alice", [A], first), { kind: "introduce", name: "fixed", package: 0, keys: [keyOf(B)] }]);
  clock.bootMs += 60_000;
  await keeper.take([login("alice", [A], clock.now(), { session: session("next") })]);
  await keeper.take([{ kind: "renew", session: session("next"), at: clock.now(), expiresAt: null }]);
  t.deepEqual(await keeper.take([{ kind: "introduce", name: "fixed", package: 0, keys: [keyOf(B)] }]), ["unchanged"]);
  t.deepEqual([await since("alice"), await since("fixed")], [[first], [first]]);
  await keeper.take([login("bob", [A], clock.now())]);
  t.deepEqual(await since("bob"), [clock.now()]);
});

test("a person maps and unmaps; whom nobody knows he is told of", async (t) => {
  const { keeper, held } = await keeping(t);
  t.deepEqual(await keeper.take([{ kind: "map", name: "alice", keys: [keyOf(A)] }]), ["unknown-name"]);
  await keeper.take([{ kind: "introduce", name: "alice", package: 0 }]);
  t.deepEqual(await keeper.take([{ kind: "map", name: "alice", keys: [keyOf(A), keyOf(A)] }]), ["applied"]);
  t.deepEqual(await keeper.take([{ kind: "map", name: "alice", keys: [keyOf(A)] }]), ["unchanged"]);
  t.deepEqual(await keeper.take([{ kind: "unmap", name: "bob", keys: [keyOf(A)] }]), ["unknown-name"]);
  t.deepEqual(await keeper.take([{ kind: "unmap", name: "alice", keys: [keyOf(A), keyOf(B)] }]), ["applied"]);
  t.deepEqual(await held(), {});
});

test("a name that nobody may have is refused and counted", async (t) => {
  const { keeper } = await keeping(t);
  t.deepEqual(await keeper.take([login('a"b', [A], 100), login("x".repeat(65), [A], 100)]), [
    "refused-name",
    "refused-name",
  ]);
  t.is(keeper.figures.refusedNames, 2);
});

test("a package that a person gave stays; another is the one that was told last", async (t) => {
  const { keeper, names } = await keeping(t);
  await keeper.take([{ kind: "introduce", name: "fixed", package: 1 }, login("fixed", [A], 10 ** 13, { package: 7 })]);
  t.is((await names.call("named", "fixed"))?.package, 1);
  await keeper.take([login("alice", [B], 10 ** 13, { package: 7 })]);
  await keeper.take([login("alice", [B], 10 ** 13 + 1, { package: 8 })]);
  t.is((await names.call("named", "alice"))?.package, 8);
});

test("another process of the fast path is given all, and what it has of what is gone is taken away", async (t) => {
  const { keeper, engine, held, obeyed, settled } = await keeping(t);
  await settled();
  await keeper.take([login("alice", [A], 100), login("bob", [B], 100)]);
  engine.gone();
  engine.answer = undefined;
  t.deepEqual(await keeper.take([{ kind: "logout", session: session("bob"), at: 200 }]), ["applied"]);
  engine.answer = { ok: true, generation: 1 };
  engine.restarted(2, true);
  await settled();
  t.deepEqual(await obeyed(), { [A]: "alice" });
  engine.restarted(3, false);
  await settled();
  t.deepEqual(await obeyed(), await held());
});

test("in mode anonymous the fast path has no names, and has them all when that ends", async (t) => {
  const { keeper, settings, engine, obeyed, settled } = await keeping(t);
  await settled();
  await keeper.take([login("alice", [A], 100)]);
  settings.aware = false;
  keeper.obey();
  await settled();
  t.is(engine.names.size, 0);
  await keeper.take([login("bob", [B], 100)]);
  t.deepEqual(await obeyed(), {});
  settings.aware = true;
  keeper.obey();
  await settled();
  t.deepEqual(await obeyed(), { [A]: "alice", [B]: "bob" });
});

test("what finds no room in the fast path is an alarm, until it finds some", async (t) => {
  const { keeper, engine, clock, settled } = await keeping(t);
  await settled();
  engine.refused = 2;
  await keeper.take([login("alice", [A], 100)]);
  t.regex(keeper.alarms().join(), /^2 names or mappings found no room/);
  clock.bootMs += 60_000;
  await keeper.look();
  t.regex(keeper.alarms().join(), /^2 names or mappings found no room/);
  engine.refused = 0;
  clock.bootMs += 30_000;
  await keeper.look();
  t.deepEqual(keeper.alarms(), []);
});

test("what finds no room is given again after ten times as long as it takes", async (t) => {
  const { keeper, engine, clock, settled } = await keeping(t);
  await settled();
  engine.refused = 2;
  await keeper.take([login("alice", [A], 100)]);
  const sweepSubscribers = engine.sweepSubscribers.bind(engine);
  engine.sweepSubscribers = async (epoch) => {
    clock.bootMs += 20_000;
    await sweepSubscribers(epoch);
  };
  clock.bootMs += 60_000;
  await keeper.look();
  engine.refused = 0;
  clock.bootMs += 199_999;
  await keeper.look();
  t.is(keeper.alarms().length, 1);
  clock.bootMs += 1;
  await keeper.look();
  t.deepEqual(keeper.alarms(), []);
});

test("a file that cannot be written: nothing is taken, it is told once, and over when it can", async (t) => {
  const made = await keeping(t);
  const { names, lines } = made;
  const call = names.call;
  names.call = () => Promise.reject(new Sentence("The disk is full."));
  await t.throwsAsync(made.keeper.take([login("alice", [A], 100)]), { instanceOf: Sentence });
  await t.throwsAsync(made.keeper.take([login("alice", [A], 100)]), { instanceOf: Sentence });
  t.is(made.keeper.alarms().length, 1);
  names.call = call;
  t.deepEqual(await made.keeper.take([login("alice", [A], 100)]), ["applied"]);
  t.deepEqual(made.keeper.alarms(), []);
  t.is(lines.length, 2);
});

test("before a configuration is in force nothing is taken from the fast path: it may say that names have an effect", async (t) => {
  const kept = await keeping(t);
  await kept.settled();
  await kept.keeper.take([login("alice", [A], 100)]);
  const orders = kept.engine.subscriberOrders.length;
  await kept.restart(false);
  await kept.settled();
  t.is(kept.engine.subscriberOrders.length, orders);
  t.deepEqual(await kept.obeyed(), { [A]: "alice" });
  kept.keeper.obey();
  await kept.settled();
  t.deepEqual(await kept.obeyed(), { [A]: "alice" });
  t.true(kept.engine.subscriberOrders.length > orders);
});
