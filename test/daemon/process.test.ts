// The daemon as a process: how it starts, as whom it runs, and how it ends. There is no fast path: test/lab has the real one.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { ask } from "../../mgmt/local/client.ts";
import { configuration, directory, until } from "./parts.ts";

const root = join(import.meta.dirname, "../..");
// One by one: a start takes a second of processor time.
const asRoot = process.geteuid?.() === 0 ? test.serial : test.serial.skip;

interface Process {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly socket: string;
  /** Of standard output and standard error. */
  readonly lines: () => string[];
  /** Exit status and signal. */
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>;
  ready(): Promise<void>;
}

/** A base directory with a good configuration file that everybody may read. */
/** "fifteen-fifteen" in few rounds. */
const HASH = "$scrypt$ln=10,r=8,p=1$Dw8PDw8PDw8PDw8PDw8PDw$6DXi5Wr4xXOOilWSHhGIwwyXT49xjgN6oNCUYgrLAow";

/** A daemon that has a user makes none. */
function base(t: ExecutionContext, startup = `username bob privilege 5 secret 9 ${HASH}\n${configuration()}`): string {
  const path = directory(t);
  chmodSync(path, 0o755);
  writeFileSync(join(path, "startup-config"), startup);
  return path;
}

function run(t: ExecutionContext, at: string, program = join(root, "mgmt/main.ts"), more: string[] = []): Process {
  const paths = [
    "--run-dir",
    join(at, "run"),
    "--state-dir",
    join(at, "state"),
    "--config",
    join(at, "startup-config"),
  ];
  const child = spawn(process.execPath, [program, ...paths, ...more], { stdio: ["ignore", "pipe", "pipe"] });
  t.teardown(() => child.kill("SIGKILL"));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
  const socket = join(at, "run/daemon/daemon.sock");
  return {
    child,
    pid: child.pid ?? 0,
    socket,
    lines: () => said.split("\n").filter((line) => line !== ""),
    ended: new Promise((resolve) => child.on("close", (status, signal) => resolve([status, signal]))),
    ready: () =>
      until("the daemon answers", async () => {
        if (child.exitCode !== null) throw new Error(`It ended: ${said}`);
        return (await ask(socket, { ask: "status" }).catch(() => undefined))?.daemon.pid === child.pid;
      }),
  };
}

asRoot(
  "started as root it runs as user postern, in its group and the fast path's, in every thread, and its main one alone may listen at any port",
  async (t) => {
    const daemon = run(t, base(t));
    await daemon.ready();
    const [uid, gid] = ["-u", "-g"].map((option) =>
      execFileSync("id", [option, "postern"], { encoding: "utf8" }).trim(),
    );
    const fastPath = execFileSync("id", ["-g", "postern-fastpath"], { encoding: "utf8" }).trim();
    const groups = [gid, fastPath].sort((a, b) => Number(a) - Number(b)).join(" ");
    const tasks = `/proc/${daemon.pid}/task`;
    const threads = readdirSync(tasks);
    t.true(threads.length > 2);
    for (const thread of threads) {
      const status = readFileSync(join(tasks, thread, "status"), "utf8");
      t.regex(status, new RegExp(`^Uid:\t${uid}\t${uid}\t${uid}\t${uid}$`, "m"));
      t.regex(status, new RegExp(`^Gid:\t${gid}\t${gid}\t${gid}\t${gid}$`, "m"));
      t.regex(status, new RegExp(`^Groups:\t${groups} *$`, "m"));
      const kept = thread === `${daemon.pid}` ? "0+400" : "0+";
      for (const set of ["CapPrm", "CapEff"]) t.regex(status, new RegExp(`^${set}:\t${kept}$`, "m"));
      for (const set of ["CapInh", "CapAmb"]) t.regex(status, new RegExp(`^${set}:\t0+$`, "m"));
    }
  },
);

asRoot("its code may lie where user postern cannot read", async (t) => {
  const checkout = directory(t);
  for (const folder of ["mgmt", "cli"]) cpSync(join(root, folder), join(checkout, folder), { recursive: true });
  for (const folder of ["node_modules", "build"]) symlinkSync(join(root, folder), join(checkout, folder));
  writeFileSync(join(checkout, "package.json"), '{ "type": "module" }');
  chmodSync(checkout, 0o700);
  const daemon = run(t, base(t), join(checkout, "mgmt/main.ts"));
  await daemon.ready();
  t.deepEqual(await ask(daemon.socket, { ask: "breaches", count: 1 }), []);
  t.is((await ask(daemon.socket, { ask: "load" })).outcome, "unchanged");
  daemon.child.kill("SIGTERM");
  t.deepEqual(await daemon.ended, [0, null]);
});

asRoot("without a fast path it says so once and goes on", async (t) => {
  const at = base(t);
  const daemon = run(t, at);
  const told = () => daemon.lines().flatMap((line) => /There is no region|is not a region/.exec(line) ?? []);
  // Questions are answered before it has looked for one.
  await until("it has looked", () => told().length > 0);
  const region = join(at, "run/fastpath/region");
  mkdirSync(dirname(region));
  for (let time = 0; time < 3; time++) {
    const before = told().length;
    writeFileSync(region, Buffer.alloc(65_536));
    await until("it has looked again", () => told().length > before);
    rmSync(region);
    await until("it has looked once more", () => told().length > before + 1);
  }
  const pair = ["is not a region", "There is no region"];
  t.deepEqual(told(), ["There is no region", ...pair, ...pair, ...pair]);
  const { alarms, fastPath } = await ask(daemon.socket, { ask: "status" });
  t.is(fastPath, null);
  t.regex(alarms.join(), /There is no region at .*: start the fast path\./);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  asRoot(`${signal} ends it with exit status 0 and no socket left`, async (t) => {
    const daemon = run(t, base(t));
    await daemon.ready();
    daemon.child.kill(signal);
    t.deepEqual(await daemon.ended, [0, null]);
    t.false(existsSync(daemon.socket));
  });
}

asRoot("SIGHUP reads the file again", async (t) => {
  const at = base(t);
  const daemon = run(t, at);
  await daemon.ready();
  writeFileSync(join(at, "startup-config"), "no such line\nend\n");
  daemon.child.kill("SIGHUP");
  await until("it refuses the file", () => daemon.lines().some((line) => line.includes("one line is wrong")));
  const { alarms } = await ask(daemon.socket, { ask: "status" });
  t.true(alarms.some((alarm) => /was refused.*: (one line is wrong|line 1, "no such line", is wrong)\./.test(alarm)));
});

asRoot("killed at once, it starts again where it was", async (t) => {
  const at = base(t);
  const first = run(t, at);
  await first.ready();
  first.child.kill("SIGKILL");
  t.deepEqual(await first.ended, [null, "SIGKILL"]);
  t.true(existsSync(first.socket));

  const second = run(t, at);
  await second.ready();
  second.child.kill("SIGTERM");
  t.deepEqual(await second.ended, [0, null]);
});

asRoot("a second one beside it ends with one sentence, and the first goes on", async (t) => {
  const at = base(t);
  const first = run(t, at);
  await first.ready();
  const second = run(t, at);
  t.deepEqual(await second.ended, [1, null]);
  t.is(second.lines().length, 1);
  t.regex(second.lines()[0] ?? "", /^postern daemon: Another process holds .*postern\.db: stop the other daemon/);
  t.is((await ask(first.socket, { ask: "status" })).daemon.pid, first.pid);
});

asRoot("it goes on when nobody reads its log any more", async (t) => {
  const daemon = run(t, base(t));
  await daemon.ready();
  daemon.child.stdout?.destroy();
  for (let index = 0; index < 3; index++) await ask(daemon.socket, { ask: "load" });
  t.is((await ask(daemon.socket, { ask: "status" })).daemon.pid, daemon.pid);
});

for (const [what, args, sentence] of [
  [
    "an unknown option",
    ["--nonsense"],
    /^postern daemon: Unknown option '--nonsense': see node mgmt\/main\.ts --help\.$/,
  ],
  ["a word", ["start"], /^postern daemon: Unexpected argument 'start': see /],
  ["an option without its value", ["--run-dir"], /^postern daemon: Option '--run-dir <value>' argument missing: see /],
  ["an empty path", ["--state-dir", ""], /^postern daemon: --state-dir needs a path\.$/],
] as const) {
  test.serial(`${what} on its command line is one sentence`, async (t) => {
    const daemon = run(t, directory(t), undefined, [...args]);
    t.deepEqual(await daemon.ended, [1, null]);
    t.is(daemon.lines().length, 1);
    t.regex(daemon.lines()[0] ?? "", sentence);
  });
}

asRoot("a state directory that is somebody else's is one sentence", async (t) => {
  const at = base(t);
  mkdirSync(join(at, "state"));
  const daemon = run(t, at);
  t.deepEqual(await daemon.ended, [1, null]);
  t.deepEqual(daemon.lines(), [
    `postern daemon: ${join(at, "state")} belongs to another user than the daemon's: name another one, or chown it.`,
  ]);
});

asRoot(
  "its first start without users writes a password to standard output, and a kill before that leaves no other",
  async (t) => {
    const at = base(t, configuration());
    const password = (lines: readonly string[]) => /Password : (\S+)/.exec(lines.join("\n"))?.[1];
    const first = run(t, at);
    // Killed as soon as it has committed the user: mostly before it has told the password.
    await until("the user is made", () => first.lines().some((line) => line.includes("username admin")));
    first.child.kill("SIGKILL");
    await first.ended;
    const wasTold = password(first.lines()) !== undefined;
    const second = run(t, at);
    await second.ready();
    if (!wasTold) await until("the password is told", () => password(second.lines()) !== undefined);
    t.truthy(password([...first.lines(), ...second.lines()]));
  },
);
