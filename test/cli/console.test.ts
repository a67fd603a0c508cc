// The console: its socket, hostile programs at it, and the program `postern console` with and without a terminal.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import test, { type ExecutionContext } from "ava";
import { Sessions } from "../../mgmt/access/sessions.ts";
import { Shells } from "../../mgmt/access/shells.ts";
import { ConsoleServer, type Patience } from "../../mgmt/console/server.ts";
import type { Level } from "../../mgmt/level.ts";
import type { AuditEntry } from "../../mgmt/operations/operation.ts";
import { consoleSocket } from "../../mgmt/paths.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { directory, until } from "../daemon/parts.ts";
import { parts } from "./stage.ts";

const postern = join(import.meta.dirname, "../../cli/postern.ts");

interface Served {
  readonly server: ConsoleServer;
  readonly runDirectory: string;
  readonly path: string;
  /** What was told as our fault. */
  readonly faults: unknown[];
  readonly audited: AuditEntry[];
}

async function served(
  t: ExecutionContext,
  { refuse = false, level = 15 as Level, patience = undefined as Patience | undefined } = {},
): Promise<Served> {
  const runDirectory = directory(t);
  mkdirSync(join(runDirectory, "daemon"));
  const faults: unknown[] = [];
  const audited: AuditEntry[] = [];
  const session = parts(15, faults);
  const { facts } = session.appliance;
  const sessions = new Sessions({ now: () => 0, facts, audit: async (entry) => void audited.push(entry) });
  const accounting = { tell: () => {} };
  const server = new ConsoleServer(
    {
      path: consoleSocket(runDirectory),
      async identify() {
        if (refuse) throw new Sentence("Nobody is let in.");
        return { user: "root", level, by: "peer" };
      },
      shells: new Shells({ ...session, facts, sessions, accounting }),
      fault: session.fault,
    },
    patience,
  );
  await server.start();
  t.teardown(() => server.stop());
  return { server, runDirectory, path: consoleSocket(runDirectory), faults, audited };
}

const hello = { hello: { term: "vt100", columns: 80, rows: 24, interactive: false } };

function opened(t: ExecutionContext, path: string, ...messages: unknown[]): Socket {
  const socket = connect({ path, allowHalfOpen: true });
  socket.on("error", () => {});
  for (const message of messages) socket.write(`${typeof message === "string" ? message : JSON.stringify(message)}\n`);
  t.teardown(() => socket.destroy());
  return socket;
}

/** What is said to one who sends these and then closes his direction. */
async function conversation(t: ExecutionContext, path: string, ...messages: unknown[]) {
  const socket = opened(t, path, ...messages);
  socket.end();
  const said = (await text(socket)).split("\n").filter((line) => line !== "");
  const all = said.map((line) => JSON.parse(line) as { out?: string; exit?: number });
  return { out: all.map(({ out = "" }) => out).join(""), exit: all.at(-1)?.exit };
}

const privilege = "postern#show privilege\r\nCurrent privilege level is 15\r\npostern#\r\n";

test("what is typed in pieces is answered, and the end of typing ends the session", async (t) => {
  const { path } = await served(t);
  const pieces = [{ in: "show pri" }, { size: [100, 40] }, { in: "vilege" }, { in: "\n" }];
  t.deepEqual(await conversation(t, path, hello, ...pieces), { out: privilege, exit: 0 });
});

test("a tab in what is piped in is a blank", async (t) => {
  const { path } = await served(t);
  t.is((await conversation(t, path, hello, { in: "show\tprivilege\n" })).out, privilege);
});

test("a session's beginning and its end are audited", async (t) => {
  const { path, audited } = await served(t);
  await conversation(t, path, hello);
  t.deepEqual(
    audited.map(({ user, from, level, operation, text }) => ({ user, from, level, operation, text })),
    ["session.open", "session.close"].map((operation) => {
      return { user: "root", from: "console", level: 15, operation, text: "session 1" };
    }),
  );
});

test("exit ends the session though more was typed", async (t) => {
  const { path } = await served(t);
  const { out, exit } = await conversation(t, path, hello, { in: "exit\nshow privilege\n" });
  t.is(out, "postern#exit\r\n");
  t.is(exit, 0);
});

const wrong = "% A message is one of the JSON objects that mgmt/console/protocol.ts describes.\r\n";

for (const [what, messages] of Object.entries({
  "typing without a hello": [{ in: "show privilege\n" }],
  "a hello without a size": [{ hello: { term: "vt100", interactive: true } }],
  "no JSON": ["show privilege"],
  "nothing at all": [],
})) {
  test(`${what} is refused`, async (t) => {
    const { path, faults } = await served(t);
    t.deepEqual(await conversation(t, path, ...messages), { out: wrong, exit: 1 });
    t.deepEqual(faults, []);
  });
}

for (const [what, message] of Object.entries({
  "a second hello": hello,
  "a size of nothing": { size: [0, 0] },
  "too much at once": { in: "x".repeat(1025) },
  "a line beside typing": { line: "show privilege" },
  garbage: "\0\0{",
})) {
  test(`${what} ends the session`, async (t) => {
    const { path, faults } = await served(t);
    const { out, exit } = await conversation(t, path, hello, message);
    t.is(out, `postern#\r\n${wrong}`);
    t.is(exit, 1);
    t.deepEqual(faults, []);
  });
}

test("a message without end is told so", async (t) => {
  const { path } = await served(t);
  const { out, exit } = await conversation(t, path, hello, { in: "x".repeat(100_000) });
  t.true(out.endsWith("% A line has at most 8192 characters.\r\n"));
  t.is(exit, 1);
});

test("somebody who may not come in is told why", async (t) => {
  const { path } = await served(t, { refuse: true });
  t.deepEqual(await conversation(t, path, hello), { out: "% Nobody is let in.\r\n", exit: 1 });
});

test("a session more than there is room for is told so, and room comes back", async (t) => {
  const { path } = await served(t);
  const sockets = Array.from({ length: 16 }, () => opened(t, path, hello));
  await Promise.all(sockets.map((socket) => once(socket, "data")));
  t.deepEqual(await conversation(t, path, hello), {
    out: "% 16 connections are open, and there is room for no more: end one of them.\r\n",
    exit: 1,
  });
  for (const socket of sockets) socket.destroy();
  await until("there is room", async () => (await conversation(t, path, hello)).exit === 0);
  t.pass();
});

for (const [where, typed, level] of [
  ["at the prompt", "", 15],
  ["at --More--", "show lines 100\n", 15],
  ["at a question for a secret", "enable 10\n", 0],
] as const) {
  test(`a session ${where} in which nobody types is told that it ends`, async (t) => {
    const { path, faults } = await served(t, { level, patience: { hello: 30_000, idle: 300 } });
    const person = { hello: { ...hello.hello, interactive: true } };
    const said = await text(opened(t, path, person, { in: typed }));
    t.regex(said, /% Nobody typed for a while: this session ends\..*"exit":/s);
    t.deepEqual(faults, []);
  });
}

test("what runs in a session goes on though nobody types", async (t) => {
  const { path } = await served(t, { patience: { hello: 30_000, idle: 300 } });
  const running = opened(t, path, hello, { in: "monitor nothing\n" });
  let said = "";
  running.setEncoding("utf8").on("data", (piece) => (said += piece));
  await until("it runs", () => said.includes("It begins."));
  // A session that began to wait later ends.
  await text(opened(t, path, hello));
  running.write(`${JSON.stringify({ in: "\x03" })}\n`);
  await until("it was stopped", () => said.includes("^C"));
  t.regex(said, /It begins\.[^%]*\^C/);
});

test("one who reads nothing stops only himself, and holds little of the answer", async (t) => {
  const { path } = await served(t);
  const before = process.memoryUsage().rss;
  const deaf = opened(t, path, hello, { in: "show lines 10000000\n" });
  deaf.pause();
  for (let index = 0; index < 20; index++) {
    t.is((await conversation(t, path, hello, { in: "show privilege\n" })).out, privilege);
  }
  t.true(process.memoryUsage().rss - before < 100e6);
});

test("an answer ends with the one who asked for it", async (t) => {
  const { path, server, faults } = await served(t);
  for (const command of ["show lines 10000000\n", "monitor nothing\n", "enable 1"]) {
    const socket = opened(t, path, hello, { in: command });
    await once(socket, "data");
    socket.destroy();
  }
  await server.stop();
  t.deepEqual(faults, []);
});

test("the daemon's end ends every session", async (t) => {
  const { path, server } = await served(t);
  const socket = opened(t, path, hello, { in: "monitor nothing\n" });
  await once(socket, "data");
  await server.stop();
  await text(socket);
  t.pass();
});

interface Ran {
  readonly child: ChildProcess;
  said(): string;
  readonly ended: Promise<number | null>;
}

function ran(t: ExecutionContext, program: string, args: readonly string[]): Ran {
  const child = spawn(program, args, { env: { ...process.env, TERM: "dumb" } });
  t.teardown(() => child.kill("SIGKILL"));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (piece) => (said += piece));
  return { child, said: () => said, ended: once(child, "close").then(([status]) => status as number | null) };
}

test("what is piped into postern console is typed, and the status is 0", async (t) => {
  const { runDirectory } = await served(t);
  const { child, said, ended } = ran(t, process.execPath, [postern, "console", "--run-dir", runDirectory]);
  // The last line lacks its newline.
  child.stdin?.end("show lines 2\nshow privilege");
  t.is(await ended, 0);
  t.is(
    said(),
    "postern#show lines 2\nline 1 of 2\nline 2 of 2\npostern#show privilege\nCurrent privilege level is 15\npostern#\n",
  );
});

for (const [line, status, answer] of [
  ["show lines 2", 0, "line 1 of 2\nline 2 of 2\n"],
  ["show lines 20 | count", 0, "20\n"],
  [
    "show lines many",
    1,
    "show lines many\n           ^\n% Invalid input detected at '^' marker.\n% Expected a number from 1 to 10000000.\n\n",
  ],
  ["test refused", 1, "% The fast path does not answer.\n"],
  ["x".repeat(1025), 1, "postern: A line has at most 1024 characters.\n"],
] as const) {
  test(`postern exec answers "${line.slice(0, 30)}" and ends with ${status}`, async (t) => {
    const { runDirectory } = await served(t);
    const { said, ended } = ran(t, process.execPath, [postern, "exec", line, "--run-dir", runDirectory]);
    t.is(await ended, status);
    t.is(said(), answer);
  });
}

test("postern exec --json gives raw data", async (t) => {
  const { runDirectory } = await served(t);
  const args = ["exec", "show lines 2", "--json", "--run-dir", runDirectory];
  const { said, ended } = ran(t, process.execPath, [postern, ...args]);
  t.is(await ended, 0);
  t.deepEqual(JSON.parse(said()), { count: 2 });
});

/** `postern exec` with what is piped into it. */
function execed(t: ExecutionContext, { runDirectory }: Served, args: readonly string[], input = ""): Ran {
  const run = ran(t, process.execPath, [postern, "exec", ...args, "--run-dir", runDirectory]);
  run.child.stdin?.end(input);
  return run;
}

const renaming = ["configure terminal", 'hostname "edge-1"', "end", "show privilege"];

for (const [how, args, input] of [
  ["arguments", renaming, ""],
  ["lines of standard input", ["-"], renaming.join("\n")],
] as const) {
  test(`postern exec has its ${how} obeyed in one session`, async (t) => {
    const { said, ended } = execed(t, await served(t), args, input);
    t.is(await ended, 0);
    t.is(said(), "Current privilege level is 15\n");
  });
}

test("postern exec stops at the first line that is refused and says which it is", async (t) => {
  const made = await served(t);
  const { said, ended } = execed(t, made, ["configure terminal", "hostnam 7", "hostname -", "end"]);
  t.is(await ended, 1);
  t.regex(said(), /^hostname -\n {9}\^\n% Invalid/m);
  t.true(said().endsWith("postern: Line 3 was refused: those before it were obeyed, and none behind it.\n"));
  t.is((await conversation(t, made.path, hello)).out, "7#\r\n");
});

for (const [what, args, input, status, end] of [
  ["standard input", ["test asking"], "perhaps\n", 0, 'perhaps\nThe answer is "perhaps".\n'],
  ["--yes", ["--yes", "test asking"], "perhaps\n", 0, 'yes\nThe answer is "yes".\n'],
  ["the line behind it", ["-"], "test asking\nno\nshow privilege\n", 0, '"no".\nCurrent privilege level is 15\n'],
  ["nobody", ["test confirming"], "", 1, "pipe the answer in, or confirm it with --yes.\n"],
] as const) {
  test(`a question of postern exec is answered by ${what}`, async (t) => {
    const { said, ended } = execed(t, await served(t), args, input);
    t.is(await ended, status);
    t.true(said().endsWith(end), said());
  });
}

test("a password is answered by standard input, whatever else --yes answers", async (t) => {
  const made = await served(t, { level: 0 });
  const { said, ended } = execed(t, made, ["--yes", "enable 10", "show privilege"], "ten-ten-ten\n");
  t.is(await ended, 0);
  t.is(said(), "Password: \nCurrent privilege level is 10\n");
});

test("what is piped into postern console ends with 1 when a line of it was refused", async (t) => {
  const { runDirectory } = await served(t);
  const { child, said, ended } = ran(t, process.execPath, [postern, "console", "--run-dir", runDirectory]);
  child.stdin?.end("test refused\nshow privilege\n");
  t.is(await ended, 1);
  t.regex(said(), /Current privilege level is 15/);
});

test("lines that only ask are not audited, and a session is from its first other line on", async (t) => {
  const made = await served(t);
  await execed(t, made, ["show privilege", "show lines 1"]).ended;
  await execed(t, made, ["nonsense"]).ended;
  t.deepEqual(made.audited, []);
  await execed(t, made, ["show privilege", "configure terminal", "end", "configure terminal"]).ended;
  t.deepEqual(
    made.audited.map(({ operation, text }) => `${operation} ${text}`),
    ["session.open session 3", "session.close session 3"],
  );
});

const lines = { hello: { ...hello.hello, lines: true } };

test("lines are obeyed no longer than he who sent them is there", async (t) => {
  const { path } = await served(t);
  const sockets = Array.from({ length: 16 }, () => opened(t, path, lines, { line: "monitor nothing" }));
  await Promise.all(sockets.map((socket) => once(socket, "data")));
  t.is((await conversation(t, path, hello)).exit, 1);
  for (const socket of sockets) socket.destroy();
  await until("there is room", async () => (await conversation(t, path, hello)).exit === 0);
  t.pass();
});

test("a size beside lines ends the session", async (t) => {
  const { path } = await served(t);
  t.deepEqual(await conversation(t, path, lines, { size: [80, 24] }), { out: wrong, exit: 1 });
});

test("postern console says where no daemon is", async (t) => {
  const { said, ended } = ran(t, process.execPath, [postern, "console", "--run-dir", directory(t)]);
  t.is(await ended, 1);
  t.regex(said(), /^postern: No daemon runs at /);
});

/** `postern console` on a terminal of its own, and behind it the settings in which it left the terminal. */
function atTerminal(t: ExecutionContext, runDirectory: string): Ran {
  const command = `'${process.execPath}' '${postern}' console --run-dir '${runDirectory}'; echo "left $?"; stty -a`;
  return ran(t, "script", ["-qfec", command, "/dev/null"]);
}

/** The process below this one that runs the console. */
function consoleBelow(pid: number): number | undefined {
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const [stat, command] = [`/proc/${entry}/stat`, `/proc/${entry}/cmdline`].map(contentOf);
    if (!command?.startsWith(`${process.execPath}\0${postern}\0console`)) continue;
    const parent = Number(/\) \S (\d+)/.exec(stat ?? "")?.[1]);
    const grandparent = Number(/\) \S (\d+)/.exec(contentOf(`/proc/${parent}/stat`))?.[1]);
    if (parent === pid || grandparent === pid) return Number(entry);
  }
  return undefined;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

for (const [what, end, status] of [
  ["exit", ({ child }: Ran) => child.stdin?.write("exit\r"), 0],
  ["a signal", ({ child }: Ran) => process.kill(consoleBelow(child.pid ?? 0) ?? 0, "SIGTERM"), 143],
  ["the daemon's end", (_: Ran, { server }: Served) => server.stop(), 1],
] as const) {
  test(`after ${what} the terminal is as it was before`, async (t) => {
    const made = await served(t);
    const run = atTerminal(t, made.runDirectory);
    await until("there is a prompt", () => run.said().includes("postern#"));
    run.child.stdin?.write("show lines 1\r");
    await until("there is an answer", () => /1 of 1.*postern#/s.test(run.said()));
    t.false(run.said().includes("\r\r\n"));
    end(run, made);
    await until("it has ended", () => run.said().includes("iexten"));
    run.child.stdin?.end();
    await run.ended;
    t.regex(run.said(), new RegExp(`left ${status}\\r\\n`));
    t.regex(run.said(), /[^-]icanon/);
    t.regex(run.said(), /[^-]echo /);
  });
}
