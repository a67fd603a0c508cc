// What is told later holds: clocks that were ahead, ends of a whole NAS, and how long ends are remembered.

import test from "ava";
import Database from "better-sqlite3";
import { keeping, keyOf, login, session } from "./parts.ts";

const A = "10.0.0.1";
const B = "10.0.0.2";
const YEAR_MS = 365 * 86_400_000;

test("what was told while the clock was ahead is of before whatever is told once it is right", async (t) => {
  const { keeper, held, clock } = await keeping(t);
  const right = clock.now();
  const renewal = { kind: "renew", session: session("dora"), at: right, expiresAt: null } as const;
  const onNas2 = (name: string, at: number) => login(name, [B], at, { session: session(name, "nas-2") });
  clock.bootMs += YEAR_MS;
  await keeper.take([
    login("alice", [A], clock.now(), { package: 1 }),
    login("dora", ["10.0.0.3"], clock.now()),
    { kind: "logout", session: session("erin"), at: clock.now() + 1000 },
    { kind: "clear", feed: "radius", nas: "nas-2", at: clock.now() },
  ]);
  clock.bootMs -= YEAR_MS;
  t.deepEqual(await keeper.take([onNas2("carol", right), renewal, login("erin", ["10.0.0.4"], right)]), [
    ...["applied", "applied", "applied"],
  ]);
  t.deepEqual(await keeper.take([login("alice", [A], right, { package: 2 }), login("bob", [A], right)]), [
    ...["applied", "applied"],
  ]);
  t.deepEqual(await held(), { [A]: "bob", [B]: "carol", "10.0.0.3": "dora", "10.0.0.4": "erin" });
  t.deepEqual(await keeper.take([{ kind: "logout", session: session("erin"), at: right + 1 }]), ["applied"]);
  t.deepEqual(await keeper.take([login("erin", ["10.0.0.4"], right)]), ["stale"]);
  t.deepEqual(await keeper.take([{ kind: "clear", feed: "radius", nas: "nas-2", at: right + 1 }]), ["applied"]);
  t.deepEqual(await keeper.take([onNas2("carol", right)]), ["stale"]);
});

test("what was told while the clock was ahead can be ended once it is right: by a Stop, and by its NAS", async (t) => {
  const { keeper, held, clock } = await keeping(t);
  const right = clock.now();
  clock.bootMs += YEAR_MS;
  await keeper.take([login("alice", [A], clock.now()), login("bob", [B], clock.now())]);
  clock.bootMs -= YEAR_MS;
  t.deepEqual(await keeper.take([{ kind: "logout", session: session("alice"), at: right }]), ["applied"]);
  t.deepEqual(await keeper.take([{ kind: "clear", feed: "radius", nas: "nas-1", at: right }]), ["applied"]);
  t.deepEqual(await held(), {});
});

test("the end of a whole NAS is before what it tells with the same time", async (t) => {
  const { keeper, held, clock } = await keeping(t);
  const at = clock.now();
  await keeper.take([login("old", [B], at - 1)]);
  t.deepEqual(await keeper.take([{ kind: "clear", feed: "radius", nas: "nas-1", at }, login("alice", [A], at)]), [
    ...["applied", "applied"],
  ]);
  t.deepEqual(await held(), { [A]: "alice" });
});

test("a NAS of very many sessions ends at once, and they are cleared some at a time, also after a restart", async (t) => {
  const made = await keeping(t);
  const { clock, held, settled, obeyed } = made;
  await settled();
  const at = clock.now();
  const many = Array.from({ length: 2500 }, (_, index) => `10.1.${index >> 8}.${index & 255}`);
  await made.keeper.take(many.map((address) => login("alice", [address], at, { session: session(address) })));
  const count = async () => Object.keys(await held()).length;
  t.deepEqual(await made.keeper.take([{ kind: "clear", feed: "radius", nas: "nas-1", at: at + 1 }]), ["applied"]);
  t.is(await count(), 1500);
  t.deepEqual(await made.keeper.take([login("late", [A], at)]), ["stale"]);
  const again = { session: session(many[2400] ?? "") };
  t.deepEqual(await made.keeper.take([login("bob", [A], at + 1, again)]), ["applied"]);
  await made.restart();
  await made.settled();
  t.deepEqual(await held(), { [A]: "bob" });
  t.deepEqual(await obeyed(), { [A]: "bob" });
});

test("ends of sessions are forgotten after a day, however many there are", async (t) => {
  const { keeper, names, clock, file } = await keeping(t);
  for (let batch = 0; batch < 3; batch++) {
    const ids = Array.from({ length: 1000 }, (_, index) => `${batch}-${index}`);
    const at = clock.now();
    await keeper.take(ids.map((id) => ({ kind: "logout", session: session(id), at })));
  }
  clock.bootMs += 86_400_000;
  await keeper.look();
  await names.stop();
  t.is(sessionsIn(file), 0);
});

test("a session's word for a static mapping of its own name leaves nothing behind", async (t) => {
  const { keeper, clock, names, file } = await keeping(t);
  await keeper.take([{ kind: "introduce", name: "alice", package: 0, keys: [keyOf(A)] }]);
  for (let time = 0; time < 3; time++) {
    await keeper.take([login("alice", [A], clock.now() + time, { session: session(`${time}`) })]);
  }
  await names.stop();
  t.is(sessionsIn(file), 0);
});

/** How many sessions are in a file that nobody has open. */
function sessionsIn(file: string): number | undefined {
  const database = new Database(file, { readonly: true });
  const count = database.prepare<[], number>("SELECT count(*) FROM sessions").pluck().get();
  database.close();
  return count;
}
