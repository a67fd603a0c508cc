// What is recorded, as the prompt's commands tell it.
import { setImmediate as turn } from "node:timers/promises";
import test from "ava";
import type { Context, ExecCommand } from "../../cli/commands/exec.ts";
import { loggingCommands } from "../../cli/commands/logging.ts";
import { loginCommands } from "../../cli/commands/login.ts";
import { massMailingCommands } from "../../cli/commands/mass-mailing.ts";
import { userCommands } from "../../cli/commands/users.ts";
import type { LoginGateStatus } from "../../mgmt/access/login-gate.ts";
import type { SessionStatus } from "../../mgmt/access/sessions.ts";
import type { Appliance } from "../../mgmt/appliance.ts";
import type { Breach } from "../../mgmt/breaches/breach.ts";
import type { Level } from "../../mgmt/level.ts";
import { Log } from "../../mgmt/log/log.ts";
import { loggingDefaults } from "../../mgmt/log/settings.ts";
import type { Status } from "../../mgmt/status/status.ts";
import { FakeClock } from "../daemon/parts.ts";

const AT = new Date(2026, 10, 22, 12, 0, 3).getTime();

function commandIn(commands: readonly ExecCommand[], syntax: string): ExecCommand {
  const found = commands.find((command) => command.syntax === syntax);
  if (!found) throw new Error(`There is no ${syntax}.`);
  return found;
}

function context(appliance: Partial<Appliance>, signal = new AbortController().signal): Context {
  const actor = { user: "alice", level: 10 as Level, from: "console", session: 2 };
  return { appliance: appliance as Appliance, actor, signal, session: {} as Context["session"], now: () => AT };
}

/** A log with two lines in it. */
function log(): Log {
  const log = new Log({ clock: new FakeClock(), write: () => {} });
  log.say("FASTPATH", "Fast path: process 7 serves (start 1).", AT);
  log.say("BREACH", "10.30.94.66: 10 sessions of smtp-outbound in 60 s; blocked until 12:01:00", AT);
  return log;
}

async function linesOf(command: ExecCommand, asked: Context): Promise<string[]> {
  const lines: string[] = [];
  for await (const answer of command.execute(asked, {} as never)) lines.push(...answer.lines());
  return lines;
}

test("the history of breaches says who was refused what and when, of all or of one", async (t) => {
  const history = massMailingCommands.find(({ syntax }) => syntax.startsWith("show mass-mailing history"));
  const name = { package: 0, packageName: null, service: "smtp-outbound", signal: "sessions", threshold: 10 };
  const ended = {
    subscriber: { address: "10.30.94.66", prefixLength: 32, outerVlan: 0, innerVlan: 0 },
    name: { ...name, periodSeconds: 60, actions: ["block"] },
    ...{ detector: 2, periodMs: 60_000, startedAt: AT, untilAt: AT + 57_000, counted: 10 },
  } as unknown as Breach;
  const released = { reason: "released", user: "anna", from: "console", why: null, revision: null } as const;
  const breaches = [
    { ...ended, id: 8, startedAt: AT + 60_000, untilAt: AT + 117_000, endedAt: null, end: null, refused: 0 },
    { ...ended, id: 7, endedAt: AT + 17_000, end: released, refused: 1290 },
  ];
  const asked: unknown[] = [];
  const appliance = (found: readonly Breach[]) => ({
    async breaches(...args: unknown[]) {
      asked.push(args);
      return found;
    },
    status: () => ({ fastPath: null }) as unknown as Status,
  });
  const said = async (found: readonly Breach[], args: object) => {
    const answers = await Array.fromAsync(history?.execute(context(appliance(found)), args as never) ?? []);
    return answers.flatMap(({ lines }) => [...lines()]);
  };
  t.deepEqual(await said(breaches, {}), [
    "NUMBER  SINCE                UNTIL     ENDED              SUBSCRIBER   BREACH OF                             ACTION  REFUSED",
    "8       2026-11-22 12:01:03  12:02:00  -                  10.30.94.66  10 sessions of smtp-outbound in 60 s  block         -",
    "7       2026-11-22 12:00:03  12:01:00  12:00:20 released  10.30.94.66  10 sessions of smtp-outbound in 60 s  block     1,290",
  ]);
  t.deepEqual(await said([], {}), ["Nobody was in breach yet."]);
  t.deepEqual(await said([], { count: 5, address: "10.1.1.1" }), ["10.1.1.1 was in no breach yet."]);
  t.deepEqual(asked, [[20], [20], [5, "10.1.1.1"]]);
});

test("show logging tells where the log goes, and its lines", async (t) => {
  const appliance = { log: log() };
  const show = commandIn(loggingCommands, "show logging");
  const kept = [
    "",
    "2026-11-22 12:00:03  %POSTERN-5-FASTPATH: Fast path: process 7 serves (start 1).",
    "2026-11-22 12:00:03  %POSTERN-4-BREACH: 10.30.94.66: 10 sessions of smtp-outbound in 60 s; blocked until 12:01:00",
  ];
  t.deepEqual(await linesOf(show, context(appliance)), [
    "Syslog host  : none",
    "Sent to it   : informational and what is graver",
    "Not sent yet : 0 lines were left out",
    "Kept         : 2 of at most 1,000 lines",
    ...kept,
  ]);
  const host = { address: "192.0.2.5", port: 514 };
  appliance.log.obey({ hostname: "edge-1", logging: { ...loggingDefaults, on: false, host } });
  t.deepEqual((await linesOf(show, context(appliance))).slice(0, 2), [
    "Syslog host  : 192.0.2.5, UDP port 514",
    'Sent to it   : nothing, by "no logging on"',
  ]);
});

test("monitor events tells what happens from then on, until it is stopped", async (t) => {
  const appliance = { log: log() };
  const stop = new AbortController();
  const monitor = commandIn(loggingCommands, "monitor events");
  const answers = monitor.execute(context(appliance, stop.signal), {} as never)[Symbol.asyncIterator]();
  const next = answers.next();
  await turn();
  appliance.log.say("LINK", "Link 0: its network-side port is down.", AT);
  const { value } = await next;
  t.deepEqual([...value.lines()], ["2026-11-22 12:00:03  %POSTERN-3-LINK: Link 0: its network-side port is down."]);
  t.like(value.data, { severity: "errors", mnemonic: "LINK", at: AT });
  const last = answers.next();
  stop.abort();
  t.true((await last).done);
});

test("show users tells who is here, and which session is one's own", async (t) => {
  const since = { since: AT - 3_600_000 };
  const sessions = (): SessionStatus[] => [
    {
      ...{ line: 1, user: "root", level: 15, by: "peer", from: "console", typedAt: AT - 125_000, ...since },
      running: `monitor events | exclude ${"x".repeat(100)}`,
    },
    {
      ...{ line: 2, user: "alice", level: 10, by: "tacacs+", from: "192.0.2.1", typedAt: AT, ...since },
      running: null,
    },
  ];
  t.deepEqual(await linesOf(commandIn(userCommands, "show users"), context({ sessions })), [
    "   LINE  USER   LEVEL  BY       FROM       SINCE                IDLE       RUNNING",
    "   1     root   15     peer     console    2026-11-22 11:00:03  2 min 5 s  monitor events | exclude xxxxxxxxxxxxxxx",
    "*  2     alice  10     tacacs+  192.0.2.1  2026-11-22 11:00:03  0 s        -",
  ]);
});

const block = { seconds: 60, attempts: 10, withinSeconds: 30 };

const gates: readonly (readonly [string, LoginGateStatus, readonly string[]])[] = [
  [
    "what is done against those who guess, and that none does",
    { settings: { block, delaySeconds: 1, quietZone: null }, quietSeconds: null, window: null, blocked: [] },
    [
      "A login delay of 1 seconds is applied.",
      "If 10 logins from one source fail within 30 seconds, it is not let in for 60 seconds.",
      "There is no quiet mode: no zone is named for it.",
      "",
      "Presently in Normal-Mode.",
      "No login failed lately.",
      "",
      "No source is blocked.",
    ],
  ],
  [
    "who is blocked, and that only the quiet zone is let in",
    {
      settings: { block, delaySeconds: 3, quietZone: "noc" },
      ...{ quietSeconds: 43, window: { failures: 1234, seconds: 12 } },
      blocked: [
        { source: "192.0.2.1", seconds: 7 },
        { source: "2001:db8::/64", seconds: 1059 },
      ],
    },
    [
      "A login delay of 3 seconds is applied.",
      "If 10 logins from one source fail within 30 seconds, it is not let in for 60 seconds.",
      "If 100 from all over do, only zone noc is let in for 60 seconds.",
      "",
      "Presently in Quiet-Mode: 43 seconds remain.",
      "Login failures in the current window: 1,234; 12 seconds remain.",
      "",
      "BLOCKED SOURCE  SECONDS LEFT",
      "192.0.2.1                  7",
      "2001:db8::/64          1,059",
    ],
  ],
  [
    "that nobody is kept out",
    { settings: { block: null, delaySeconds: 1, quietZone: null }, quietSeconds: null, window: null, blocked: [] },
    ["A login delay of 1 seconds is applied.", "Failed logins keep nobody out."],
  ],
];

for (const [what, gate, lines] of gates) {
  test(`show login tells ${what}`, async (t) => {
    const logins = { gate: () => gate, refusals: () => ({ count: 0, latest: [] }) };
    t.deepEqual(await linesOf(commandIn(loginCommands, "show login"), context({ logins })), lines);
  });
}

test("show login failures tells whose logins failed, the latest first", async (t) => {
  const latest = [
    { user: "alice", from: "192.0.2.1", count: 2, at: AT },
    { user: "(no name)", from: "2001:db8::7", count: 1, at: AT - 60_000 },
  ];
  const gate = () => t.fail() as never;
  const asked = context({ logins: { gate, refusals: () => ({ count: 1003, latest }) } });
  t.deepEqual(await linesOf(commandIn(loginCommands, "show login failures"), asked), [
    "Total failed logins: 1,003",
    "",
    "USER       FROM         COUNT  LAST",
    "alice      192.0.2.1        2  2026-11-22 12:00:03",
    "(no name)  2001:db8::7      1  2026-11-22 11:59:03",
  ]);
});
