// What servers are told of people: in order, when the servers take it, and without anybody waiting for them.
import test from "ava";
import { Accountant } from "../../mgmt/aaa/accountant.ts";
import type { AccountingRecord } from "../../mgmt/aaa/accounting.ts";
import { AccountingQueue } from "../../mgmt/aaa/accounting-queue.ts";
import { aaaDefaults } from "../../mgmt/config/sections/aaa.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { until } from "./parts.ts";

const actor = { user: "alice", level: 10, from: "192.0.2.7", session: 7 } as const;

function line(number: number): AccountingRecord {
  return { kind: "command", id: `k3-7.${number}`, session: "k3-7", actor, at: 0, line: `line ${number}` };
}

/** Servers that take what they are told while they are `there`. */
class Ledger {
  there = true;
  takes = (_: AccountingRecord): boolean => true;
  readonly taken: string[] = [];
  refused = 0;

  async account(record: AccountingRecord): Promise<boolean> {
    if (!this.there) {
      this.refused++;
      throw new Sentence("No server answers.");
    }
    if (!this.takes(record)) return false;
    this.taken.push(record.id);
    return true;
  }
}

function queue({ retryMs = 1, takes = (_: AccountingRecord): boolean => true } = {}) {
  const servers = Object.assign(new Ledger(), { takes });
  const said: string[] = [];
  const log = { say: (mnemonic: string, text: string) => void said.push(`${mnemonic}: ${text}`) };
  return { servers, said, queue: new AccountingQueue({ servers, log, retryMs }) };
}

const ids = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => line(first + index).id);

const FULL =
  "ACCOUNTING: More than 1,000 records wait for servers: the oldest of the session of which most waits are lost.";
const WAITS = "ACCOUNTING: No server answers. What it is to be told waits: 1,000 records at most.";

test("records are given one by one in the order in which they were told", async (t) => {
  const { servers, said, queue: waiting } = queue();
  for (let number = 1; number <= 200; number++) waiting.push(line(number));
  await until("all were given", () => servers.taken.length === 200);
  t.deepEqual(servers.taken, ids(1, 200));
  t.deepEqual(said, []);
});

test("what servers do not take waits and is given in order when they are back; both are told once", async (t) => {
  const { servers, said, queue: waiting } = queue();
  servers.there = false;
  for (let number = 1; number <= 3; number++) waiting.push(line(number));
  await until("they were asked several times", () => servers.refused >= 3);
  waiting.push(line(4));
  servers.there = true;
  await until("all were given", () => servers.taken.length === 4);
  t.deepEqual(servers.taken, ids(1, 4));
  t.deepEqual(said, [WAITS, "ACCOUNTING_END: Accounting is taken again: no record was lost."]);
});

test("of more than 1,000 that wait the oldest are lost, but for the one that is being given; it is told when that begins, and how many", async (t) => {
  const { servers, said, queue: waiting } = queue();
  servers.there = false;
  for (let number = 1; number <= 1010; number++) waiting.push(line(number));
  await until("they were asked", () => servers.refused >= 1);
  servers.there = true;
  await until("the last was given", () => servers.taken.includes(line(1010).id));
  t.deepEqual(servers.taken, [line(1).id, ...ids(12, 1010)]);
  t.deepEqual(said, [FULL, WAITS, "ACCOUNTING_END: Accounting is taken again: 10 records were lost."]);
});

test("records are lost of the session of which most waits: what others did is told, however much he does", async (t) => {
  const { servers, queue: waiting } = queue();
  const deed: AccountingRecord = { ...line(0), id: "k3-8.1", session: "k3-8" };
  waiting.push(line(1));
  waiting.push(deed);
  for (let number = 2; number <= 3000; number++) waiting.push(line(number));
  await until("the last was given", () => servers.taken.includes(line(3000).id));
  t.deepEqual(servers.taken, [line(1).id, deed.id, ...ids(2003, 3000)]);
});

test("a loss while servers answer, but slowly, is told as well", async (t) => {
  const { said, queue: waiting } = queue();
  for (let number = 1; number <= 1001; number++) waiting.push(line(number));
  await until("it is over", () => said.length === 2);
  t.deepEqual(said, [FULL, "ACCOUNTING_END: Accounting is taken again: 1 record was lost."]);
});

test("a record that servers answer but do not take is told in the log after three tries, and those behind it are given", async (t) => {
  const tries: string[] = [];
  const { servers, said, queue: waiting } = queue({ takes: ({ id }) => tries.push(id) > 0 && id !== line(2).id });
  for (let number = 1; number <= 4; number++) waiting.push(line(number));
  await until("the last was given", () => servers.taken.includes(line(4).id));
  t.deepEqual(
    servers.taken,
    [line(1), line(3), line(4)].map(({ id }) => id),
  );
  t.deepEqual(
    tries,
    [1, 2, 2, 2, 3, 4].map((number) => line(number).id),
  );
  t.deepEqual(said, [
    "ACCOUNTING: No server takes what it is told: look at the servers. What it is to be told waits: 1,000 records at most.",
    'ACCOUNTING: The servers do not take this record, which is passed over: alice, level 10, from 192.0.2.7, session k3-7: "line 2"',
    "ACCOUNTING_END: Accounting is taken again: 1 record was lost.",
  ]);
});

test("when it stops, servers are given what waits", async (t) => {
  const { servers, said, queue: waiting } = queue();
  for (let number = 1; number <= 20; number++) waiting.push(line(number));
  await waiting.stop(30_000);
  t.deepEqual(servers.taken, ids(1, 20));
  t.deepEqual(said, []);
});

test("when it stops while servers are silent, what waits is lost at once, and told", async (t) => {
  const { servers, said, queue: waiting } = queue({ retryMs: 3_600_000 });
  servers.there = false;
  for (let number = 1; number <= 20; number++) waiting.push(line(number));
  await until("they were asked", () => servers.refused === 1);
  await waiting.stop(3_600_000);
  t.deepEqual(said, [WAITS, "ACCOUNTING: The servers were not told everything: 20 records were lost."]);
});

test("when it stops while a server says nothing, it waits no longer than it may", async (t) => {
  const said: string[] = [];
  const log = { say: (_: string, text: string) => void said.push(text) };
  const waiting = new AccountingQueue({ servers: { account: () => new Promise(() => {}) }, log, retryMs: 1 });
  waiting.push(line(1));
  await waiting.stop(1);
  t.deepEqual(said, ["The servers were not told everything: 1 record was lost."]);
});

test("each kind of record goes to the servers that the configuration names, and to no others", async (t) => {
  const [radius, tacacs] = [new Ledger(), new Ledger()];
  let aaa: typeof aaaDefaults = { ...aaaDefaults, accountSessions: "radius", accountCommands: "tacacs+" };
  const accountant = new Accountant({
    ...{ facts: () => ({ aaa }), log: { say: () => {} } },
    servers: { radius, "tacacs+": tacacs },
  });
  accountant.tell({ kind: "start", id: "k3-7", session: "k3-7", actor, at: 0 });
  accountant.tell(line(1));
  await until("both were told", () => radius.taken.length === 1 && tacacs.taken.length === 1);
  aaa = aaaDefaults;
  accountant.tell(line(2));
  accountant.tell({ kind: "stop", id: "k3-7", session: "k3-7", actor, at: 0, seconds: 1 });
  await accountant.stop();
  t.deepEqual([radius.taken, tacacs.taken], [["k3-7"], [line(1).id]]);
});

test("what waits for servers that are to be told no more is forgotten", async (t) => {
  const [tacacs, said] = [new Ledger(), [] as string[]];
  let aaa: typeof aaaDefaults = { ...aaaDefaults, accountCommands: "tacacs+" };
  const accountant = new Accountant({
    ...{ facts: () => ({ aaa }), log: { say: (mnemonic, text) => void said.push(`${mnemonic}: ${text}`) } },
    servers: { radius: new Ledger(), "tacacs+": tacacs },
  });
  tacacs.there = false;
  accountant.tell(line(1));
  accountant.tell(line(2));
  await until("it is told", () => said.length === 1);
  aaa = aaaDefaults;
  accountant.obey({ aaa });
  await accountant.stop();
  t.deepEqual(said, [WAITS, "ACCOUNTING_END: These servers are told nothing any more: 2 records were lost."]);
  t.is(tacacs.refused, 1);
});
