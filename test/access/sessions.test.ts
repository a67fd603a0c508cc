// A session that is ended obeys nothing more: not what runs, nor what was typed ahead, nor by another session of its connection.
import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import test from "ava";
import type { AccountingRecord } from "../../mgmt/aaa/accounting.ts";
import { type Caller, Sessions } from "../../mgmt/access/sessions.ts";
import { Shells } from "../../mgmt/access/shells.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { parts } from "../cli/stage.ts";
import { until } from "../daemon/parts.ts";

const admin = { user: "root", level: 15, from: "console", session: 1000 } as const;

type Lines = AsyncIterable<string>;

/** Sessions whose connections do not close though they are cut, so that nothing but the cut keeps them from obeying. */
function made() {
  const own = parts(15);
  let obeyed = 0;
  const accounting = { tell: ({ kind }: AccountingRecord) => void (kind === "command" && obeyed++) };
  const names = ["alice"];
  const facts = () => ({ users: names.map((name) => ({ name, level: 10 as const, secret: "", keys: [] })) });
  const sessions = new Sessions({ now: () => 0, audit: async () => {} });
  const shells = new Shells({ ...own, facts, sessions, accounting });
  const cut: Caller["connection"][] = [];
  const connection = () => {
    const made = { cut: () => void cut.push(made) };
    return made;
  };
  const opened = (keys: string, changes: Partial<Caller> = {}, lines?: Lines) => {
    const input = new PassThrough({ highWaterMark: 1 << 20 });
    const output = Object.assign(new PassThrough({ highWaterMark: 1024 }), { rows: 0, columns: 0 });
    const caller: Caller = {
      ...{ identity: { user: "alice", level: 15, by: "radius" }, from: "192.0.2.1", connection: connection() },
      ...changes,
    };
    input.write(keys);
    const over: Promise<unknown> = shells.open<unknown>(
      { input, output, interactive: false, plain: true },
      caller,
      (session) => (lines ? session.runLines(lines, () => {}) : session.run()),
    );
    return { input, output, over, caller };
  };
  return { sessions, shells, opened, connection, cut, names, obeyed: () => obeyed, own };
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
    const { input, output, over } = opened(keys, {}, lines);
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

test("with a session all others of its connection end, and no others", async (t) => {
  const { sessions, opened, connection, cut } = made();
  const shared = connection();
  const [first, second, other] = [opened("", { connection: shared }), opened("", { connection: shared }), opened("")];
  sessions.end(2, admin);
  await Promise.all([first.over, second.over]);
  t.deepEqual(cut, [shared]);
  t.deepEqual(
    sessions.list().map(({ number }) => number),
    [3],
  );
  other.input.end();
  await other.over;
});

test("nobody ends his own session, one of a higher level, or one that is not there", async (t) => {
  const { sessions, opened, connection, cut } = made();
  const shared = connection();
  const low = { user: "bob", level: 5, by: "radius" } as const;
  const all = [
    opened("", { connection: shared }),
    opened("", { connection: shared, identity: low }),
    opened("", { identity: low }),
  ];
  const refusal = (number: number, actor: object) =>
    t.throws(() => sessions.end(number, { ...admin, ...actor }), { instanceOf: Sentence })?.message;
  t.is(refusal(2, { level: 10 }), "Session 2 has a higher level than you.");
  t.is(refusal(1, { session: 2 }), 'It would end this session: use "exit" for that.');
  t.is(refusal(4, {}), 'There is no session 4: see "show users".');
  t.is(cut.length, 0);
  sessions.end(3, { ...admin, level: 10 });
  t.is(cut.length, 1);
  for (const { input } of all) input.end();
  await Promise.all(all.map(({ over }) => over));
});

test("a user who is removed has no session any more and gets none; those whom others know keep theirs", async (t) => {
  const { sessions, opened, names } = made();
  const local = opened("", { identity: { user: "alice", level: 10, by: "local" } });
  const others = (["peer", "radius", "tacacs+"] as const).map((by) => {
    return opened("", { identity: { user: "alice", level: 10, by } });
  });
  sessions.obey({ users: [{ name: "alice", level: 10, secret: "", keys: [] }] });
  t.is(sessions.list().length, 4);
  sessions.obey({ users: [] });
  await local.over;
  t.deepEqual(
    sessions.list().map(({ by }) => by),
    ["peer", "radius", "tacacs+"],
  );
  names.length = 0;
  await t.throwsAsync(opened("", { identity: { user: "alice", level: 10, by: "local" } }).over, {
    message: "You are no user of this appliance any more.",
  });
  for (const { input } of others) input.end();
  await Promise.all(others.map(({ over }) => over));
});
