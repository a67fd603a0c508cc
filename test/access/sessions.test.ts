// A session that is ended obeys nothing more: not what runs, nor what was typed ahead, nor by another session of its connection.
import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import test from "ava";
import type { AccountingRecord } from "../../mgmt/aaa/accounting.ts";
import { type Identity, LOG_IN_AGAIN } from "../../mgmt/access/identity.ts";
import { type Caller, Sessions } from "../../mgmt/access/sessions.ts";
import { Shells } from "../../mgmt/access/shells.ts";
import { aaaDefaults, type LoginMethodName } from "../../mgmt/config/sections/aaa.ts";
import type { User } from "../../mgmt/config/sections/users.ts";
import type { Facts } from "../../mgmt/config/service.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { parts } from "../cli/stage.ts";
import { until } from "../daemon/parts.ts";

const admin = { user: "root", level: 15, from: "console", session: 1000 } as const;

const HER_KEY = { algorithm: "ssh-ed25519", blob: "aGVycw==" } as const;

type Lines = AsyncIterable<string>;

/** Sessions whose connections do not close though they are cut, so that nothing but the cut keeps them from obeying. */
function made() {
  const own = parts(15);
  let obeyed = 0;
  const accounting = { tell: ({ kind }: AccountingRecord) => void (kind === "command" && obeyed++) };
  const alice = { name: "alice", level: 10, secret: "hers", keys: [HER_KEY] } satisfies User;
  const configured = {
    users: [alice] as User[],
    aaa: { ...aaaDefaults, login: ["local", "radius", "tacacs+"] as LoginMethodName[] },
  };
  const facts = (): Pick<Facts, "users" | "aaa"> => configured;
  const sessions = new Sessions({ now: () => 0, facts, audit: async () => {} });
  const shells = new Shells({ ...own, facts, sessions, accounting });
  const cut: Caller[] = [];
  const ended: Caller[] = [];
  /** Somebody comes in. */
  const came = (identity: Partial<Identity> = {}) => {
    const caller: Caller = {
      ...{ identity: { user: "alice", level: 15, by: "radius", ...identity }, from: "192.0.2.1" },
      ...{ cut: () => void cut.push(caller), end: () => void ended.push(caller) },
    };
    sessions.came(caller);
    return caller;
  };
  const opened = (keys: string, caller = came(), lines?: Lines) => {
    const input = new PassThrough({ highWaterMark: 1 << 20 });
    const output = Object.assign(new PassThrough({ highWaterMark: 1024 }), { rows: 0, columns: 0 });
    input.write(keys);
    const over: Promise<unknown> = shells.open<unknown>(
      { input, output, interactive: false, plain: true },
      caller,
      (session) => (lines ? session.runLines(lines, () => {}) : session.run()),
    );
    return { input, output, over, caller };
  };
  return { sessions, opened, came, cut, ended, alice, configured, obeyed: () => obeyed, own };
}

const hostnames = Array.from({ length: 1000 }, (_, n) => `hostname h${n}\n`).join("");

async function* forEver(): Lines {
  yield "configure terminal";
  for (let n = 0; ; n++) {
    await turn();
    yield `hostname h${n}`;
  }
}

interface Case {
  readonly keys?: string;
  readonly lines?: Lines;
  readonly reads?: boolean;
  /** Lines obeyed by then. */
  readonly after: number;
}

const cases: Readonly<Record<string, Case>> = {
  "that watches what happens": { keys: `monitor nothing\nconfigure terminal\n${hostnames}`, after: 1 },
  "with 1,000 lines typed ahead": { keys: `configure terminal\n${hostnames}`, after: 100 },
  "in a configuration mode, in the middle of a line": { keys: "configure terminal\nzone noc\nip 10.0", after: 2 },
  "that does not read": { keys: `show lines 10000\nconfigure terminal\n${hostnames}`, reads: false, after: 1 },
  "at a question whose answer is typed ahead": { keys: `test asking\nyes\nconfigure terminal\n${hostnames}`, after: 1 },
  "of lines that come whole": { lines: forEver(), after: 100 },
};

for (const [what, { keys = "", lines, reads = true, after }] of Object.entries(cases)) {
  test(`a session ${what} obeys no other line once it was ended`, async (t) => {
    const { sessions, opened, obeyed, cut, own } = made();
    const { input, output, over } = opened(keys, undefined, lines);
    if (reads) output.resume();
    await until("it has obeyed so many", () => obeyed() >= after);
    sessions.end(1, admin);
    const [before, revision] = [obeyed(), own.appliance.facts().revision];
    t.is(cut.length, 1);
    t.deepEqual(sessions.list(), []);
    input.write(`\nconfigure terminal\n${hostnames}`);
    for (let turns = 0; turns < 100; turns++) await turn();
    // The connection closes at last.
    output.destroy();
    await over;
    t.is(obeyed(), before);
    // The line that was under way may have been done.
    t.true(own.appliance.facts().revision - revision <= 1);
  });
}

const linesOf = (sessions: Sessions) => sessions.list().map(({ line }) => line);

test("with a session all others of its connection end, and no others", async (t) => {
  const { sessions, opened, came, cut } = made();
  const shared = came();
  const [first, second, other] = [opened("", shared), opened("", shared), opened("")];
  sessions.end(2, admin);
  await Promise.all([first.over, second.over]);
  t.deepEqual(cut, [shared]);
  t.deepEqual(linesOf(sessions), [3]);
  other.input.end();
  await other.over;
});

test("with a session those connections of its user end that have none, and nobody else's", async (t) => {
  const { sessions, opened, came, cut } = made();
  const [stolen, unused, left] = [opened(""), came(), came()];
  const others = [opened(""), opened("", came({ user: "bob" }))];
  came({ user: "carol" });
  sessions.left(left);
  sessions.end(1, admin);
  t.deepEqual(cut, [stolen.caller, unused]);
  t.deepEqual(linesOf(sessions), [2, 3]);
  for (const { input } of others) input.end();
  await Promise.all([stolen, ...others].map(({ over }) => over));
});

test("nobody ends his own session, one of a higher level, or one that is not there", async (t) => {
  const { sessions, opened, came, cut } = made();
  const shared = came();
  const low = { user: "bob", level: 5 } as const;
  const all = [opened("", shared), opened("", shared), opened("", came(low))];
  const refusal = (number: number, actor: object) =>
    t.throws(() => sessions.end(number, { ...admin, ...actor }), { instanceOf: Sentence })?.message;
  t.is(refusal(2, { level: 10 }), "Line 2 has a higher level than you.");
  t.is(refusal(1, { session: 2 }), 'That is your own line: use "exit".');
  t.is(refusal(4, {}), 'There is no line 4: see "show users".');
  t.is(cut.length, 0);
  sessions.end(3, { ...admin, level: 10 });
  t.is(cut.length, 1);
  for (const { input } of all) input.end();
  await Promise.all(all.map(({ over }) => over));
});

/** What people come in by. */
const credentials = {
  password: { by: "local", shown: "hers" },
  key: { by: "local", shown: HER_KEY.blob },
  radius: { by: "radius" },
  "tacacs+": { by: "tacacs+" },
  "the kernel": { by: "peer" },
} satisfies Record<string, Partial<Identity>>;

type Credential = keyof typeof credentials;

interface Change {
  readonly users?: (alice: User) => User[];
  readonly login?: readonly LoginMethodName[];
  /** Those who came in by these must log in again. */
  readonly gone: readonly Credential[];
}

const changes: Readonly<Record<string, Change>> = {
  "another level": { users: (alice) => [{ ...alice, level: 5 }], gone: [] },
  "another password": { users: (alice) => [{ ...alice, secret: "another" }], gone: ["password"] },
  "a key less": { users: (alice) => [{ ...alice, keys: [] }], gone: ["key"] },
  "no such user": { users: () => [], gone: ["password", "key"] },
  "somebody else with her key": { users: (alice) => [{ ...alice, name: "bob" }], gone: ["password", "key"] },
  "no users asked": { login: ["radius", "tacacs+"], gone: ["password", "key"] },
  "users alone asked": { login: ["local"], gone: ["radius", "tacacs+"] },
};

for (const [what, { users, login, gone }] of Object.entries(changes)) {
  test(`${what}: ${gone.join(" and ") || "nobody"} must log in again, with a session or without`, async (t) => {
    const { sessions, opened, came, ended, cut, alice, configured } = made();
    const people = Object.entries(credentials).map(([name, identity]) => {
      return { name, working: opened("", came(identity)), unused: came(identity) };
    });
    if (users) configured.users = users(alice);
    if (login) configured.aaa = { ...configured.aaa, login: [...login] };
    sessions.obey();
    const theirs = people.filter(({ name }) => gone.includes(name as Credential));
    t.deepEqual(
      ended,
      theirs.flatMap(({ working, unused }) => [working.caller, unused]),
    );
    t.deepEqual(cut, []);
    t.is(sessions.list().length, people.length - theirs.length);
    for (const { working, unused } of theirs) {
      await working.over;
      t.is(String(working.output.read()), `postern#\r\n% ${LOG_IN_AGAIN}\r\n\r\n`);
      await t.throwsAsync(opened("", unused).over, { message: LOG_IN_AGAIN });
    }
    for (const { working } of people) working.input.end();
    await Promise.all(people.map(({ working }) => working.over));
  });
}

test("one whose user is removed while he logs in is not let in", (t) => {
  const { came, ended, configured } = made();
  configured.users = [];
  t.deepEqual([came(credentials.password), came(credentials.radius)].slice(0, 1), ended);
});
