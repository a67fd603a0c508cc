// Methods are asked in their order, the next only after silence; every login and every refusal is told.
import test from "ava";
import { ClearText } from "../../cli/grammar/secret.ts";
import type { Login, LoginMethod, Verdict } from "../../mgmt/aaa/login.ts";
import { Logins, WAITING_MAX } from "../../mgmt/aaa/logins.ts";
import { aaaDefaults, type LoginMethodName } from "../../mgmt/config/sections/aaa.ts";
import { loginDefaults } from "../../mgmt/config/sections/login.ts";
import type { User } from "../../mgmt/config/sections/users.ts";
import type { AuditEntry } from "../../mgmt/operations/operation.ts";
import { FakeClock, until } from "../daemon/parts.ts";

const accepted: Verdict = { outcome: "accepted", level: 10 };
const refused: Verdict = { outcome: "refused" };
const silent: Verdict = { outcome: "unanswered", reason: "No server answered." };

interface Scene {
  readonly verdicts?: Partial<Record<LoginMethodName, Verdict>>;
  readonly order?: LoginMethodName[];
  readonly users?: User[];
  /** Those that nobody answers lately. */
  readonly resting?: readonly LoginMethodName[];
  readonly mayCome?: number | undefined;
  /** The answer comes when it is over. */
  answering?(login: Login): Promise<void>;
}

function made({
  verdicts = {},
  resting = [],
  order = ["local", "radius", "tacacs+"],
  users = [],
  mayCome,
  answering,
}: Scene = {}) {
  const clock = new FakeClock();
  const asked: LoginMethodName[] = [];
  const audited: AuditEntry[] = [];
  const failed: string[] = [];
  const hangUp = new AbortController();
  const waits: { readonly ms: number; over(): void }[] = [];
  const method = (name: LoginMethodName): LoginMethod => ({
    rests: resting.includes(name),
    ask: async (login) => {
      asked.push(name);
      await answering?.(login);
      return verdicts[name] ?? silent;
    },
  });
  const logins = new Logins({
    clock,
    facts: () => ({ aaa: { ...aaaDefaults, login: order }, login: { ...loginDefaults, delaySeconds: 3 }, users }),
    methods: { local: method("local"), radius: method("radius"), "tacacs+": method("tacacs+") },
    gate: {
      mayCome: () => mayCome,
      failed: (address) => void failed.push(address),
      inTurn: (_, attempt) => attempt(),
    },
    audit: async (entry) => void audited.push(entry),
    // The delay of a refusal is over at once; the time after which a flood is summed up, when the test says so.
    wait: (ms) => new Promise((over) => (ms < 60_000 ? over(void waits.push({ ms, over })) : waits.push({ ms, over }))),
  });
  const login = (changes: Partial<Login> = {}) =>
    logins.byPassword({
      ...{ user: "alice", password: new ClearText("a wrong secret"), from: "192.0.2.1", gone: hangUp.signal },
      ...changes,
    });
  return { clock, asked, audited, failed, waits, logins, login, hangUp };
}

test("the first method that accepts says who it is, and no further one is asked", async (t) => {
  const { login, asked, audited, failed } = made({ verdicts: { radius: accepted } });
  t.deepEqual(await login(), { user: "alice", level: 10, by: "radius" });
  t.deepEqual(asked, ["local", "radius"]);
  t.deepEqual(failed, []);
  t.like(audited, [
    { user: "alice", from: "192.0.2.1", level: 10, operation: "session.login", text: "by radius", outcome: "done" },
  ]);
});

test("a method that was asked in vain lately is asked after the others", async (t) => {
  const { login, asked } = made({ verdicts: { "tacacs+": accepted }, resting: ["local"] });
  t.is((await login())?.by, "tacacs+");
  t.deepEqual(asked, ["radius", "tacacs+"]);
  const again = made({ verdicts: { local: accepted }, resting: ["local"] });
  t.is((await again.login())?.by, "local");
  t.deepEqual(again.asked, ["radius", "tacacs+", "local"]);
});

test("after a refusal no further method is asked", async (t) => {
  const { login, asked, audited, failed } = made({ verdicts: { local: refused, radius: accepted } });
  t.is(await login(), undefined);
  t.deepEqual(asked, ["local"]);
  t.deepEqual(failed, ["192.0.2.1"]);
  t.like(audited, [
    { user: "alice", level: 0, operation: "session.login", outcome: "denied", reason: "local: The password is wrong." },
  ]);
});

test("methods are asked in the order of the configuration", async (t) => {
  const { login, asked } = made({ order: ["tacacs+", "local"], verdicts: { local: accepted } });
  t.like(await login(), { by: "local" });
  t.deepEqual(asked, ["tacacs+", "local"]);
});

test("when none answers nobody comes in", async (t) => {
  const { login, audited, failed } = made({ order: ["radius", "tacacs+"] });
  t.is(await login(), undefined);
  t.is(audited[0]?.reason, "radius: No server answered. tacacs+: No server answered.");
  t.is(failed.length, 1);
});

test("a refusal is answered after the delay, a login at once", async (t) => {
  const scene = made({ verdicts: { local: accepted } });
  await scene.login();
  t.deepEqual(scene.waits, []);
  const other = made({ verdicts: { local: refused } });
  await other.login();
  t.like(other.waits, [{ ms: 3000 }]);
});

test("one whom the gate keeps out is asked of nobody", async (t) => {
  const { login, asked, audited } = made({ mayCome: 17, verdicts: { local: accepted } });
  t.is(await login(), undefined);
  t.deepEqual(asked, []);
  t.is(audited[0]?.reason, "Nobody is let in from there for 17 s.");
});

for (const [by, atOnce] of [
  ["local", 2],
  ["radius", 16],
  ["tacacs+", 16],
] as const) {
  test(`of a crowd ${atOnce} at a time are looked for by ${by}, as many wait as may, and the rest is refused at once`, async (t) => {
    const answers: (() => void)[] = [];
    const answering = () => new Promise<void>((resolve) => answers.push(resolve));
    const { login, asked, audited, failed } = made({ order: [by, "local"], verdicts: { [by]: accepted }, answering });
    const crowd = Array.from({ length: atOnce + WAITING_MAX }, () => login());
    await until("it is asked", () => asked.length >= atOnce);
    t.is(asked.length, atOnce);
    t.is(await login(), undefined);
    t.is(audited[0]?.reason, "Too many came at once.");
    t.deepEqual(failed, [], "it says nothing of him");
    for (let n = 0; n < crowd.length; n++) {
      await until("the next one is asked", () => answers.length > n);
      t.true(answers.length <= n + atOnce);
      answers[n]?.();
    }
    t.true((await Promise.all(crowd)).every((identity) => identity?.by === by));
    t.is(asked.length, crowd.length);
  });
}

test("whoever hangs up before the answer is refused and counted, whatever it is, and nobody else is asked for him", async (t) => {
  for (const verdict of [accepted, refused, silent]) {
    const scene = made({ verdicts: { local: verdict }, answering: async () => scene.hangUp.abort() });
    t.is(await scene.login(), undefined);
    t.deepEqual(scene.asked, ["local"]);
    t.deepEqual(scene.failed, ["192.0.2.1"]);
    t.like(scene.audited, [{ outcome: "denied", reason: "The connection ended before the answer was there." }]);
    t.is(scene.audited.length, 1);
  }
});

test("nobody is asked for one who hung up while he waited", async (t) => {
  const { login, asked, failed, hangUp } = made({ verdicts: { local: accepted } });
  hangUp.abort();
  t.is(await login(), undefined);
  t.deepEqual(asked, []);
  t.is(failed.length, 1);
});

for (const user of ["", "two words", "x".repeat(65), "\x1b[31mred", "m\u00fcller", "new\nline"]) {
  test(`${JSON.stringify(user).slice(0, 20)} is no name: nobody is asked about it, and nothing shows it`, async (t) => {
    const { login, asked, audited, logins, failed } = made({ verdicts: { local: accepted } });
    t.is(await login({ user }), undefined);
    t.deepEqual(asked, []);
    t.is(failed.length, 1);
    t.is(audited[0]?.user, "(no name)");
    t.is(logins.refusals().latest[0]?.user, "(no name)");
  });
}

test("root comes in from nowhere, whoever would let him in, and nobody is asked about an absurd password", async (t) => {
  const { login, asked, audited, failed } = made({ verdicts: { local: accepted } });
  t.is(await login({ user: "root" }), undefined);
  t.is(await login({ password: new ClearText("x".repeat(257)) }), undefined);
  t.deepEqual(asked, []);
  t.is(failed.length, 2);
  t.deepEqual(
    audited.map(({ reason }) => reason),
    ["Root comes in at the console alone.", "That is no password."],
  );
});

test("keys that are refused are told, and not counted by the gate", (t) => {
  const { logins, audited, failed } = made();
  logins.refusedKeys({ user: "alice", from: "192.0.2.1" }, 20);
  t.like(audited, [{ user: "alice", outcome: "denied", reason: "Keys that are not this user's: 20." }]);
  t.like(logins.refusals().latest, [{ user: "alice", count: 1 }]);
  t.deepEqual(failed, []);
});

test("what was typed as a password is told nowhere", async (t) => {
  const { login, audited, logins } = made({ verdicts: { local: refused } });
  await login();
  t.false(JSON.stringify([audited, logins.refusals()]).includes("wrong secret"));
});

test("a flood is told by some of its refusals and one line a minute, and counted whole", async (t) => {
  const { login, audited, waits, logins, clock } = made({ verdicts: { local: refused } });
  for (let n = 0; n < 500; n++) await login({ user: `user${n}` });
  t.is(audited.length, 20);
  const [summary, ...others] = waits.filter(({ ms }) => ms === 60_000);
  t.deepEqual(others, []);
  summary?.over();
  clock.bootMs += 60_000;
  await login({ user: "last" });
  t.is(audited.length, 22);
  t.like(audited[20], { user: "-", from: "-", text: "480 more", outcome: "denied" });
  t.like(audited[21], { user: "last" });
  const { count, latest } = logins.refusals();
  t.is(count, 501);
  t.is(latest.length, 50);
  t.like(latest[0], { user: "last", count: 1 });
});

test("the failures of one name from one address are one row", async (t) => {
  const { login, logins, clock } = made({ verdicts: { local: refused } });
  await login();
  await login({ user: "bob" });
  clock.bootMs += 1000;
  await login();
  t.deepEqual(logins.refusals().latest, [
    { user: "alice", from: "192.0.2.1", count: 2, at: clock.now() },
    { user: "bob", from: "192.0.2.1", count: 1, at: clock.now() - 1000 },
  ]);
});

test("a key is good while its user is of the configuration, and local logins are asked for", (t) => {
  const users: User[] = [{ name: "alice", level: 5, secret: "", keys: [] }];
  const holder = { user: "alice", from: "192.0.2.1", blob: "aGVycw==", fingerprint: "SHA256:x" };
  const { logins, audited } = made({ users });
  t.deepEqual(logins.byKey(holder), { user: "alice", level: 5, by: "local", shown: holder.blob });
  t.like(audited, [{ user: "alice", level: 5, text: "by local, key SHA256:x", outcome: "done" }]);
  t.is(logins.byKey({ ...holder, user: "bob" }), undefined);
  t.is(made({ users, order: ["radius"] }).logins.byKey(holder), undefined);
});
