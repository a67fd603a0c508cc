// The configuration as people change it: who may, what two of them leave, what is undone, and when.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { ConfigurationKeeper } from "../../mgmt/config/keeper.ts";
import type { Level } from "../../mgmt/level.ts";
import type { Actor, AuditEntry } from "../../mgmt/operations/operation.ts";
import { storeFile } from "../../mgmt/paths.ts";
import type { Given } from "../../mgmt/policy/keeper.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { Store } from "../../mgmt/store/store.ts";
import { BOOT, directory, FakeClock } from "../daemon/parts.ts";

const alice: Actor = { user: "alice", level: 15, from: "console", session: 1 };
const bob: Actor = { user: "bob", level: 10, from: "console", session: 2 };

async function keeping(t: ExecutionContext, at = directory(t), bootId = "boot-1", startup: string | null = "end\n") {
  const file = join(at, "etc/startup-config");
  mkdirSync(join(at, "etc"), { recursive: true });
  if (startup !== null) writeFileSync(file, startup);
  const clock = new FakeClock();
  const store = new Store();
  await store.start(storeFile(at));
  const policy = { given: { outcome: "applied" } as Given, give: async () => policy.given, keep: async () => {} };
  const audited: AuditEntry[] = [];
  const told: string[] = [];
  const keeper = new ConfigurationKeeper({
    ...{ file, bootId, store, clock, policy },
    log: { say: (_, text) => void told.push(text) },
    audit: async (entry) => void audited.push(entry),
  });
  await keeper.load();
  const pass = async (minutes: number) => {
    clock.bootMs += minutes * 60_000;
    keeper.start();
    await keeper.stop();
  };
  const stop = async () => {
    await keeper.stop();
    await store.stop();
  };
  t.teardown(stop);
  const hostname = () => keeper.facts().hostname;
  return { at, file, keeper, store, policy, audited, told, pass, stop, hostname };
}

const outcomeOf = async (committed: Promise<{ outcome: string }>) => (await committed).outcome;
const refusal = async (t: ExecutionContext, acting: Promise<unknown>) =>
  (await t.throwsAsync(acting, { instanceOf: Sentence })).message;

test("a commit that nobody confirms is undone when its time is over, told and audited", async (t) => {
  const { keeper, pass, hostname, audited, told } = await keeping(t);
  await keeper.enter(["hostname before"], null, alice);
  await keeper.begin("work", alice);
  await keeper.enter(["hostname risky"], "work", alice);
  await keeper.commit("work", { confirmedMinutes: 5 }, alice);
  await pass(4);
  t.is(hostname(), "risky");
  await pass(2);
  t.is(hostname(), "before");
  t.is(keeper.pending(), null);
  t.is(told.filter((line) => line.endsWith("what followed was not confirmed in time.")).length, 1);
  t.deepEqual(
    audited.map(({ user, operation, outcome }) => [user, operation, outcome]),
    [["system", "configuration.revert", "done"]],
  );
});

test("what is confirmed stays", async (t) => {
  const { keeper, pass, hostname } = await keeping(t);
  await keeper.revertTimer(5, alice);
  await keeper.enter(["hostname kept"], null, alice);
  await keeper.confirm(alice);
  await pass(60);
  t.is(hostname(), "kept");
  t.is(await refusal(t, keeper.confirm(alice)), "No change waits to be confirmed.");
});

test("what waits is confirmed at the level at which it was changed, and by anybody who has it", async (t) => {
  const first = await keeping(t);
  await first.keeper.revertTimer(5, bob);
  await first.keeper.enter(["hostname kept"], null, bob);
  await first.keeper.confirm({ ...bob, user: "carol", session: 3 });
  await first.keeper.revertTimer(5, bob);
  // By "enable 15", in the same session.
  await first.keeper.enter(["ip ssh"], null, { ...bob, level: 15 });
  await first.keeper.revertTimer(5, bob);
  await first.stop();
  const { keeper, pass, hostname } = await keeping(t, first.at, "boot-1", null);
  t.is(await refusal(t, keeper.confirm(bob)), "bob changed it at level 15: that is needed to confirm it.");
  t.not(keeper.pending(), null);
  await keeper.confirm(alice);
  await pass(60);
  t.is(hostname(), "kept");
  t.true(keeper.facts().ssh.on);
});

test("while a commit waits others commit nothing, nothing is saved, and a new time runs from then", async (t) => {
  const { keeper, pass, hostname } = await keeping(t);
  await keeper.revertTimer(5, alice);
  await keeper.enter(["hostname risky"], null, alice);
  t.regex(await refusal(t, keeper.enter(["hostname bobs"], null, bob)), /^A change by alice waits to be confirmed/);
  t.regex(await refusal(t, keeper.save()), /^A change waits to be confirmed/);
  await pass(4);
  await keeper.revertTimer(5, alice);
  await pass(4);
  t.is(hostname(), "risky");
  await pass(2);
  t.is(hostname(), "postern");
});

test("a restart of the daemon does not end the time, a restart of the machine does", async (t) => {
  const first = await keeping(t);
  await first.keeper.enter(["hostname before"], null, alice);
  await first.keeper.revertTimer(5, alice);
  await first.keeper.enter(["hostname risky"], null, alice);
  await first.stop();
  const second = await keeping(t, first.at, "boot-1", null);
  t.is(second.hostname(), "risky");
  t.is(second.keeper.pending()?.user, "alice");
  await second.stop();
  const third = await keeping(t, first.at, "boot-2", null);
  t.is(third.hostname(), "postern", "as the startup file says");
  t.is(third.keeper.pending(), null);
});

test("what the fast path refuses changes nothing", async (t) => {
  const { keeper, policy, hostname } = await keeping(t);
  policy.given = { outcome: "refused", text: "subscribers shorter than /64 need --workers 1" };
  await keeper.begin("work", alice);
  await keeper.enter(["hostname x"], "work", alice);
  t.regex(await refusal(t, keeper.commit("work", { confirmedMinutes: 5 }, alice)), /^The fast path refused it: /);
  t.is(hostname(), "postern");
  t.is(keeper.pending(), null, "no failed commit leaves a deadline");
  policy.given = { outcome: "applied" };
  t.is(await outcomeOf(keeper.commit("work", {}, alice)), "applied");
});

/** Each says who may come in, from where or how, or what he may do. */
const accessLines = [
  ["username bob privilege 15 secret correct-horse"],
  ["username alice ssh-key ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJmJrv+qbgcjn4JY6ZS0WhdYiFxt1i9PFUrwCqky1R/"],
  ["enable secret level 15 correct-horse"],
  ["no login block-for"],
  ["login quiet-mode access-class home"],
  ["security passwords min-length 8"],
  ["aaa authentication login default group radius"],
  ["radius-server host 192.0.2.1 key 0123456789"],
  ["no ip ssh"],
  ["ip ssh listen 192.0.2.1"],
  ["line vty 0 63", "no access-class"],
  ["zone noc", "ip 198.51.100.0/24"],
];

for (const lines of accessLines) {
  const line = lines.at(-1) ?? "";
  test(`"${line}" is obeyed at level 15 only, whichever way`, async (t) => {
    const startup = [
      `username alice privilege 15 secret 9 $scrypt$ln=10,r=8,p=1$${"A".repeat(22)}$${"A".repeat(43)}`,
      ...[
        "zone home",
        "ip 10.0.0.0/8",
        "zone noc",
        "ip 192.0.2.0/24",
        "ip ssh",
        "line vty 0 63",
        "access-class noc in",
      ],
      "end\n",
    ];
    const { keeper } = await keeping(t, directory(t), "boot-1", startup.join("\n"));
    const needed = "It changes who may come in or what he may do: level 15 is needed.";
    t.is(await refusal(t, keeper.enter(lines, null, bob)), needed);
    await keeper.begin("work", bob);
    for (const [index] of lines.entries()) await keeper.enter(lines.slice(0, index + 1), "work", bob);
    t.is(await refusal(t, keeper.commit("work", {}, bob)), needed);
    const before = keeper.facts().revision;
    t.is(await outcomeOf(keeper.enter(lines, null, alice)), "applied");
    t.is(await refusal(t, keeper.rollback(before, {}, bob)), needed);
    t.is(await outcomeOf(keeper.rollback(before, {}, { ...bob, level: 15 as Level })), "applied");
  });
}

test("the addresses of a zone that nobody comes in from are level 10's", async (t) => {
  const { keeper } = await keeping(t);
  t.is(await outcomeOf(keeper.enter(["zone home", "ip 192.0.2.0/24"], null, bob)), "applied");
});

test("a session is its owner's, and shows what its commit would do to what others left", async (t) => {
  const { keeper } = await keeping(t);
  await keeper.begin("work", alice);
  t.is(await refusal(t, keeper.begin("work", bob)), "Session work is alice's: choose another name.");
  await keeper.enter(["hostname mine"], "work", alice);
  await keeper.enter(["zone theirs", "ip 192.0.2.0/24"], null, bob);
  const told = await keeper.diff({ kind: "running" }, { kind: "session", name: "work" });
  t.deepEqual(
    told.map(({ change, text }) => `${change} ${text}`),
    ["removed hostname postern", "added hostname mine"],
  );
  await keeper.commit("work", {}, alice);
  t.deepEqual(keeper.facts().zones, [{ name: "theirs", prefixes: 1 }]);
});

test("a line is taken back by what it says, not by what another says", async (t) => {
  const { keeper } = await keeping(t);
  await keeper.enter(["logging host 192.0.2.5"], null, alice);
  const wrong = await keeper.enter(["no logging host 203.0.113.9"], null, alice);
  t.is(wrong.outcome === "wrong" && wrong.errors[0]?.code, "says-otherwise");
  t.is(keeper.facts().logging.host?.address, "192.0.2.5");
  t.is(await outcomeOf(keeper.enter(["no logging host 192.0.2.5"], null, alice)), "applied");
  t.is(keeper.facts().logging.host, null);
});

test("what is saved is what the next run of the machine begins with", async (t) => {
  const first = await keeping(t);
  await first.keeper.enter(["hostname saved"], null, alice);
  await first.keeper.save();
  await first.keeper.enter(["hostname unsaved"], null, alice);
  await first.stop();
  t.regex(readFileSync(first.file, "utf8"), /^hostname saved$/m);
  t.is((await keeping(t, first.at, "boot-2", null)).hostname(), "saved");
});

test("the lines of one session are one revision, and of two as many as they took turns", async (t) => {
  const { keeper } = await keeping(t);
  for (const [line, actor] of [
    ["hostname a", alice],
    ["hostname b", alice],
    ["hostname c", bob],
    ["hostname d", alice],
    ["hostname e", alice],
  ] as const) {
    await keeper.enter([line], null, actor);
  }
  const revisions = await keeper.revisions(10);
  t.deepEqual(
    revisions.map(({ number, user }) => [number, user]),
    [
      [6, "alice"],
      [4, "bob"],
      [3, "alice"],
      [1, "system"],
    ],
  );
  t.true(revisions.every(({ at }) => at >= BOOT));
});
