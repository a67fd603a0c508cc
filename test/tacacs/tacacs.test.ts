// Logins and accounting by TACACS+, against servers whose codec is scapy's.

import test from "ava";
import { ClearText } from "../../cli/grammar/secret.ts";
import { freePort } from "../../lab/free-port.ts";
import type { AccountingRecord } from "../../mgmt/aaa/accounting.ts";
import { AccountingQueue } from "../../mgmt/aaa/accounting-queue.ts";
import { Tacacs } from "../../mgmt/aaa/tacacs.ts";
import { aaaDefaults } from "../../mgmt/config/sections/aaa.ts";
import { until } from "../daemon/parts.ts";
import { ASKS, KEY, serveTacacs } from "./tacacs-servers.ts";

const PASSWORD = "correct horse";

const users = {
  root: { password: PASSWORD, attributes: ["priv-lvl=15"] },
  admin: { password: PASSWORD, attributes: ["priv-lvl*14", "shell:roles*network-admin"] },
  viewer: { password: PASSWORD, attributes: ["service=shell", "cmd=", "priv-lvl=5"] },
  plain: { password: PASSWORD, attributes: [] },
  elsewhere: { password: PASSWORD },
  demanding: { password: PASSWORD, attributes: ["priv-lvl=15", "shell:roles=network-admin"] },
  confused: { password: PASSWORD, attributes: ["priv-lvl=16"] },
};

const servers = await serveTacacs({
  honest: { users },
  second: { users },
  ledger: {},
  curious: { users, asks: [ASKS.user, ASKS.password] },
  demanding: { users, asks: [ASKS.password, ASKS.data] },
  insisting: { users, asks: [ASKS.password, ASKS.password] },
  stranger: { users, key: "another-key" },
  silent: { mode: "silent" },
  closes: { mode: "closes" },
  web: { mode: "web" },
  clear: { mode: "clear", users },
  error: { mode: "error" },
  unsure: { mode: "no authorization", users },
});

test.after.always(() => servers.stop());

type Name = keyof typeof servers.ports;

/** Servers of these names, in this order; a number is a port. */
function tacacs(asked: readonly (Name | number)[], { timeoutSeconds = 20, nowMs = (): number => 0 } = {}) {
  const said: string[] = [];
  const tacacsServers = asked.map((server) => {
    const port = typeof server === "number" ? server : servers.ports[server];
    return { address: "127.0.0.1", port, key: KEY, timeoutSeconds };
  });
  const facts = () => ({ aaa: { ...aaaDefaults, tacacsServers } });
  const say = (mnemonic: string, text: string) => void said.push(`${mnemonic} ${text}`);
  return { tacacs: new Tacacs({ facts, clock: { nowMs }, log: { say } }), said };
}

function login(user: string, password = PASSWORD) {
  return { user, password: new ClearText(password), from: "192.0.2.7", gone: new AbortController().signal };
}

for (const [user, level] of [
  ["root", 15],
  ["admin", 10],
  ["viewer", 5],
  ["plain", 0],
] as const) {
  test(`${user}, whom the server accepts, gets level ${level}`, async (t) => {
    const { tacacs: asked } = tacacs(["honest"]);
    t.deepEqual(await asked.ask(login(user)), { outcome: "accepted", level });
  });
}

test("the server is asked who he is as IOS asks, then what he may do in a shell", async (t) => {
  const { tacacs: asked } = tacacs(["second"]);
  await asked.ask(login("root"));
  const subject = { user: "root", port: "tty", from: "192.0.2.7" };
  t.deepEqual(servers.asked("second"), [
    { ...subject, authentication: [1, 1, 1, 1] },
    { ...subject, arguments: ["service=shell", "cmd="] },
  ]);
});

test("a server that asks for the name is told it", async (t) => {
  const { tacacs: asked } = tacacs(["curious"]);
  t.deepEqual(await asked.ask(login("root")), { outcome: "accepted", level: 15 });
});

for (const [what, server, user, password, reason] of [
  ["a wrong password", "honest", "root", "wrong horse", "The server refuses the password."],
  ["a name that it does not know", "honest", "nobody", PASSWORD, "The server refuses the password."],
  [
    "one who may have no shell",
    "honest",
    "elsewhere",
    PASSWORD,
    "The server allows him no shell. It says: no shell for you",
  ],
  [
    "an attribute that we cannot obey",
    "honest",
    "demanding",
    PASSWORD,
    "The server demands shell:roles, which is not known here: make it optional.",
  ],
  ["a level that is none", "honest", "confused", PASSWORD, "The server's priv-lvl is no number of 0 to 15."],
  [
    "a question for more than a password",
    "demanding",
    "root",
    PASSWORD,
    "The server asks for more than a password. It says: Tell me:",
  ],
  [
    "a second question for the password",
    "insisting",
    "root",
    PASSWORD,
    "The server asks for more than a password. It says: Tell me:",
  ],
] as const) {
  test(`${what} is a refusal: no other server is asked`, async (t) => {
    const { tacacs: asked } = tacacs([server, "stranger"]);
    t.deepEqual(await asked.ask(login(user, password)), { outcome: "refused", reason });
    t.is(asked.figures()[1]?.requests, 0);
  });
}

for (const [what, server, trouble, state] of [
  ["does not answer", "silent", "does not answer within 1 s: look at it and at the way to it.", "silent"],
  [
    "closes the connection",
    "closes",
    "closes the connection without an answer: it may not know this appliance, or have another key.",
    "silent",
  ],
  ["has another key", "stranger", "answers, but not with our key: give both the same key.", "untrusted"],
  [
    "is no TACACS+ server",
    "web",
    "answers, but not to what was asked in TACACS+: look at what listens at that port.",
    "untrusted",
  ],
  ["answers in clear text", "clear", "answers in clear text, which is not believed: have it use the key.", "untrusted"],
  [
    "tells of an error",
    "error",
    "cannot say who may come in: look at it. It says: Invalid packet (check keys)",
    "silent",
  ],
  ["cannot say what he may do", "unsure", "cannot say who may come in: look at it.", "silent"],
] as const) {
  test(`a server that ${what} is told of, and gives no answer`, async (t) => {
    const { tacacs: asked, said } = tacacs([server], { timeoutSeconds: server === "silent" ? 1 : 20 });
    t.deepEqual(await asked.ask(login("root")), {
      outcome: "unanswered",
      reason: `TACACS+ server 127.0.0.1 ${trouble}`,
    });
    t.deepEqual(said, [`AAA TACACS+ server 127.0.0.1 port ${servers.ports[server]} ${trouble}`]);
    const untrusted = state === "untrusted" ? 1 : 0;
    t.like(asked.figures()[0], { state, requests: 1, answers: 0, unanswered: 1, untrusted, accepts: 0, refusals: 0 });
  });
}

test("without a server nobody answers, and it is said what to do", async (t) => {
  const { tacacs: asked } = tacacs([]);
  t.deepEqual(await asked.ask(login("root")), {
    outcome: "unanswered",
    reason: "No TACACS+ server is configured: name one with tacacs-server host.",
  });
});

test("servers that did not answer lately rest", async (t) => {
  const { tacacs: asked } = tacacs(["closes"]);
  t.false(asked.rests);
  await asked.ask(login("root"));
  t.true(asked.rests);
});

test("the next server is asked when one cannot be reached; that one is asked last for a minute", async (t) => {
  let now = 0;
  const { tacacs: asked, said } = tacacs([await freePort(), "honest"], { nowMs: () => now });
  const requests = () => asked.figures().map((each) => each.requests);
  for (const [at, expected] of [
    [0, [1, 1]],
    [59_999, [1, 2]],
    [60_000, [2, 3]],
  ] as const) {
    now = at;
    t.deepEqual(await asked.ask(login("root")), { outcome: "accepted", level: 15 });
    t.deepEqual(requests(), expected);
  }
  t.is(said.length, 1);
  t.regex(said[0] ?? "", /^AAA .* cannot be reached \(nobody listens there\): look at it and at the way to it\.$/);
});

const actor = { user: "alice", level: 10, from: "192.0.2.7", session: 7 } as const;
const at = 1_795_341_600_000;

test("sessions and lines are told as IOS tells them", async (t) => {
  const { tacacs: asked } = tacacs(["ledger"]);
  const session = "k3-7";
  const records: AccountingRecord[] = [
    { kind: "start", id: "k3-7", session, actor, at },
    { kind: "command", id: "k3-7.1", session, actor: { ...actor, level: 15 }, at: at + 5999, line: "show version" },
    { kind: "stop", id: "k3-7", session, actor, at: at + 60_000, seconds: 60 },
  ];
  for (const record of records) await asked.account(record);
  await until("they are told", () => servers.asked("ledger").length === records.length);
  const subject = { user: "alice", port: "tty7", from: "192.0.2.7" };
  t.deepEqual(servers.asked("ledger"), [
    { ...subject, flags: 2, level: 10, arguments: ["task_id=k3-7", "service=shell", "start_time=1795341600"] },
    {
      ...{ ...subject, flags: 4, level: 15 },
      arguments: [
        ...["task_id=k3-7.1", "service=shell", "start_time=1795341605"],
        ...["priv-lvl=15", "cmd=show version <cr>"],
      ],
    },
    {
      ...{ ...subject, flags: 4, level: 10 },
      arguments: ["task_id=k3-7", "service=shell", "stop_time=1795341660", "elapsed_time=60"],
    },
  ]);
});

test("what a server does not take goes to the next; one that takes none is no worse for logins", async (t) => {
  const record: AccountingRecord = { kind: "start", id: "k3-8", session: "k3-8", actor, at };
  t.true(await tacacs(["error", "honest"]).tacacs.account(record));
  const { tacacs: asked, said } = tacacs(["error"]);
  t.false(await asked.account(record));
  t.like(asked.figures()[0], { state: "answering", answers: 1 });
  t.deepEqual(said, []);
});

test("when no server answers what it is told, it is said why", async (t) => {
  const record: AccountingRecord = { kind: "start", id: "k3-9", session: "k3-9", actor, at };
  const message = /^TACACS\+ server 127.0.0.1 closes the connection without an answer/;
  await t.throwsAsync(tacacs(["closes"]).tacacs.account(record), { name: "Sentence", message });
});

test("a server that comes back is told what happened meanwhile, in order, and the log says so", async (t) => {
  const port = await freePort();
  const { tacacs: asked, said } = tacacs([port]);
  const log = { say: (mnemonic: string, text: string) => void said.push(`${mnemonic} ${text}`) };
  const queue = new AccountingQueue({ servers: asked, log, retryMs: 50 });
  for (let number = 1; number <= 3; number++) {
    const record = {
      kind: "command",
      id: `k3-7.${number}`,
      session: "k3-7",
      actor,
      at,
      line: `line ${number}`,
    } as const;
    queue.push(record);
  }
  await until("it was asked", () => said.length === 2);
  const back = await serveTacacs({ back: { port } });
  t.teardown(() => back.stop());
  await until("it is told", () => back.asked("back").length === 3 && said.length === 4);
  t.deepEqual(
    back.asked("back").map((told) => (told.arguments as string[]).at(-1)),
    ["cmd=line 1 <cr>", "cmd=line 2 <cr>", "cmd=line 3 <cr>"],
  );
  t.deepEqual(
    said.map((line) => line.split(" ")[0]),
    ["AAA", "ACCOUNTING", "AAA_END", "ACCOUNTING_END"],
  );
});
