// What is told of a session: that it began, the lines that were obeyed in it, without secrets, and that it ended.
import { PassThrough } from "node:stream";
import test from "ava";
import type { AccountingRecord } from "../../mgmt/aaa/accounting.ts";
import { Sessions } from "../../mgmt/access/sessions.ts";
import { Shells } from "../../mgmt/access/shells.ts";
import { aaaDefaults } from "../../mgmt/config/sections/aaa.ts";
import type { Level } from "../../mgmt/level.ts";
import { parts } from "./stage.ts";

/** What is told of one who types this and goes. */
async function told(typed: string, level: Level = 15): Promise<AccountingRecord[]> {
  const records: AccountingRecord[] = [];
  const given = parts(level);
  const facts = () => ({ users: [], aaa: { ...aaaDefaults, login: ["tacacs+" as const] } });
  const shells = new Shells({
    ...{ ...given, facts },
    accounting: { tell: (record) => void records.push(record) },
    sessions: new Sessions({ now: () => 0, facts, audit: async () => {} }),
  });
  const output = Object.assign(new PassThrough(), { rows: 0, columns: 0 });
  const terminal = { input: new PassThrough(), output, interactive: true, plain: true };
  output.resume();
  terminal.input.end(typed);
  const identity = { user: "alice", level, by: "tacacs+" } as const;
  await shells.open(terminal, { identity, from: "192.0.2.7", cut: () => {}, end: () => {} }, (session) =>
    session.run(),
  );
  return records;
}

function lines(records: readonly AccountingRecord[]): string[] {
  return records.flatMap((record) => (record.kind === "command" ? [`${record.actor.level} ${record.line}`] : []));
}

test("a session is told from its start to its stop, with one id, and each line with an id of its own", async (t) => {
  const records = await told("show privilege\nshow privilege\n");
  t.deepEqual(
    records.map(({ kind }) => kind),
    ["start", "command", "command", "stop"],
  );
  const [start, first, second, stop] = records;
  t.is(start?.id, stop?.id);
  t.is(new Set([start?.id, first?.id, second?.id]).size, 3);
  for (const { actor } of records) t.like(actor, { user: "alice", from: "192.0.2.7", session: 1 });
});

test("lines are told as they were typed, in every mode, and those that are refused as no command are not", async (t) => {
  const typed =
    "\n! a comment\nsh priv\nshow nonsense\nconfigure terminal\nhostname edge-2\nhost name wrong\nexit\nexit\n";
  t.deepEqual(lines(await told(typed)), [
    ...["15 sh priv", "15 configure terminal", "15 hostname edge-2"],
    ...["15 exit", "15 exit"],
  ]);
});

test("secrets are not told, and neither is what is typed at a question", async (t) => {
  const typed = [
    ...["configure terminal", "username bob privilege 5 secret correct-horse", "enable secret level 15 battery-staple"],
    ...["end", "disable", "enable 15", "battery-staple", "show privilege", ""],
  ].join("\n");
  t.deepEqual(lines(await told(typed)), [
    ...["15 configure terminal", "15 username bob privilege 5 secret ********"],
    ...["15 enable secret level 15 ********", "15 end", "15 disable", "0 enable 15", "15 show privilege"],
  ]);
});

test("who may not type a command is told of as one who typed nothing", async (t) => {
  t.deepEqual(lines(await told("configure terminal\nreload\nshow privilege\n", 0)), ["0 show privilege"]);
});
