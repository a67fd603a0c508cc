// The command `postern`, as a person runs it, beside a daemon whose fast path does what the test says.
import { execFile } from "node:child_process";
import { join } from "node:path";
import test from "ava";
import { columns, duration } from "../../cli/columns.ts";
import { beat, type Daemon, daemon, directory, ended, region, started, until } from "./parts.ts";

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function postern(...args: string[]): Promise<Outcome> {
  const program = join(import.meta.dirname, "../../cli/postern.ts");
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], (error, stdout, stderr) => {
      resolve({ status: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

/** Asks `made` and returns the lines; the run directory is given. */
async function asked(made: Daemon, ...args: string[]): Promise<string[]> {
  const { status, stdout, stderr } = await postern(...args, "--run-dir", made.runDirectory);
  if (status !== 0) throw new Error(stderr);
  return stdout.trimEnd().split("\n");
}

/** The cells of the line that begins with `first`. */
function cells(lines: readonly string[], first: string): string[] {
  const line = lines.map((each) => each.trim()).find((each) => each.startsWith(first));
  return line?.split(/ {2,}/) ?? [];
}

test("status shows processes, policy, links, tables, counters and who is in breach", async (t) => {
  const made = daemon(t);
  made.engine.now = 200_000;
  made.engine.attach(region({ generation: 1 }));
  beat(made.engine);
  await made.app.start();
  made.engine.happen(started(1, { periodStartedMs: 190_000 }), ended(2, { host: 67 }));
  await until("the breaches are saved", async () => (await made.store.call("recentBreaches", 5)).length === 2);

  const lines = await asked(made, "status");
  t.deepEqual(cells(lines, "Appliance"), ["Appliance", "edge-1"]);
  t.regex(lines.join("\n"), new RegExp(`^Daemon {5}process ${process.pid}, up [^,]+, since 20`, "m"));
  t.regex(lines.join("\n"), /^Fast path {2}process 4242, up 3 min 19 s, since .*, start 1$/m);
  t.regex(lines.join("\n"), /^Policy {5}judging by revision 0, generation 1$/m);
  t.true(lines.includes("Link 0: forwarding (configured: bypass)"));
  t.deepEqual(cells(lines, "subscriber "), [
    ...[
      "subscriber",
      "up",
      "1,234,567",
      "1,234,000",
      "567",
      "3",
      "0",
      "40",
      "560 refused, 7 not taken by the other port",
    ],
  ]);
  t.deepEqual(cells(lines, "network ").slice(0, 2), ["network", "DOWN"]);
  t.deepEqual(cells(lines, "sessions "), ["sessions", "32,768", "65,536", "50.0 %"]);
  t.deepEqual(cells(lines, "packet buffers"), ["packet buffers", "100", "1,000", "10.0 %"]);
  t.deepEqual(cells(lines, "sessions opened"), ["sessions opened", "12,345"]);
  t.true(lines.includes("In breach: 1"));
  t.deepEqual(cells(lines.slice(lines.indexOf("In breach: 1")), "1 ").slice(3), [
    ...["-", "10.30.94.66", "10 sessions of smtp-outbound in 60 s", "block", "-"],
  ]);
  t.true(
    lines.every((line) => line === line.trimEnd() && line.length <= 132),
    "no line is wider than a wide screen",
  );
});

test("status shows no more breaches than a screen holds", async (t) => {
  const made = daemon(t);
  made.engine.now = 100_000;
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  made.engine.happen(...Array.from({ length: 1030 }, (_, index) => started(index + 1, { detector: index })));
  await until("the breaches are saved", async () => (await made.store.call("recentBreaches", 2000)).length === 1030);
  const lines = await asked(made, "status");
  t.is(lines.length - lines.indexOf("In breach: 1,030, the latest 20 of them"), 22);
});

test("breaches are listed, the latest first, as many as asked for", async (t) => {
  const made = daemon(t);
  made.engine.now = 200_000;
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  t.deepEqual(await asked(made, "breaches"), ["No breach yet."]);
  made.engine.happen(ended(1, { host: 67 }), started(2, { periodStartedMs: 190_000 }));
  await until("the breaches are saved", async () => (await made.store.call("recentBreaches", 5)).length === 2);
  const lines = await asked(made, "breaches");
  t.is(lines.length, 3);
  t.regex(lines[1] ?? "", / {2}- {9,}10\.30\.94\.66 {2}10 sessions of smtp-outbound in 60 s {2}block {2,}-$/);
  t.regex(lines[2] ?? "", / {2}10\.30\.94\.67 {2}10 sessions of smtp-outbound in 60 s {2}block {2,}291$/);
  t.is((await asked(made, "breaches", "--count", "1")).length, 2);
});

test("with --json the data is raw", async (t) => {
  const made = daemon(t);
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  const status = JSON.parse((await asked(made, "status", "--json")).join("\n"));
  t.is(status.fastPath.links[0].subscriber.receivedPackets, 1_234_567);
  t.deepEqual(status.fastPath.tables.sessions, { used: 32_768, capacity: 65_536 });
  t.deepEqual(JSON.parse((await asked(made, "breaches", "--json")).join("\n")), []);
});

test("status shows what each worker did in the last seconds", async (t) => {
  const made = daemon(t);
  const { counters, ...rest } = region({ generation: 1 });
  const idle = {
    ...{
      heartbeat: 1,
      turnsIdle: 0,
      handedOver: 0,
      samplesSuppressed: 0,
      dhcpSuppressed: 0,
      ticks: 0,
      ticksBusy: 0,
      packets: 0,
    },
    bursts: Array(6).fill(0),
    latencies: Array(21).fill(0),
  };
  made.engine.attach({ ...rest, counters: { ...counters, workers: [idle, idle] } });
  beat(made.engine);
  await made.app.start();
  t.deepEqual(cells(await asked(made, "status"), "0  "), ["0", "-", "-", "-", "-", "-", "0", "-"]);

  const busy = {
    ...{
      heartbeat: 1,
      turnsIdle: 0,
      handedOver: 1234,
      samplesSuppressed: 0,
      dhcpSuppressed: 0,
      ticks: 2_000_000_000,
      ticksBusy: 100_000_000,
      packets: 20_000,
    },
    bursts: [3000, 0, 0, 0, 0, 1000],
    latencies: [0, 0, 0, 0, 10_000, 0, 0, 9_990, ...Array(12).fill(0), 10],
  };
  made.engine.show({ ...rest, counters: { ...counters, workers: [busy, { ...idle, ticks: 1_000_000_000 }] } });
  let lines: string[] = [];
  await until("it is seen", async () => {
    lines = await asked(made, "status");
    return cells(lines, "0  ")[1] !== "-";
  });
  t.deepEqual(cells(lines, "0  "), [
    ...["0", "95.0 %", "20,000", "5,000", "5.0", "75 0 0 0 0 25 %", "1,234", "16 us, 128 us, > 524 ms"],
  ]);
  t.deepEqual(cells(lines, "1  "), ["1", "100.0 %", "0", "-", "-", "-", "0", "-"]);
  t.true(lines.every((line) => line.length <= 132));
});

test("status says what was lost, and until when packets are sampled", async (t) => {
  const made = daemon(t);
  const { live, counters, ...rest } = region({ generation: 1 });
  const links = [{ subscriber: { up: true, missed: 3, starved: 1200 }, network: { up: true, missed: 0, starved: 0 } }];
  made.engine.attach({ ...rest, counters, live: { ...live, links } });
  beat(made.engine);
  await made.app.start();
  t.false((await asked(made, "status")).some((line) => /^(Events|Sampling) /.test(line)));
  made.engine.show({ ...rest, counters, live: { ...live, links, samplingUntilMs: 9000 } });
  made.engine.lose(7);
  let lines: string[] = [];
  await until("the loss is told", async () => {
    lines = await asked(made, "status");
    return lines.some((line) => line.startsWith("Events "));
  });
  t.is(cells(lines, "subscriber ")[6], "1,200");
  t.true(lines.includes("Events     7 lost before the daemon read them"));
  t.regex(lines.join("\n"), /^Sampling {3}on until 20.*; 0 packets were too many and not sampled$/m);
});

test("status says what is wrong", async (t) => {
  const made = daemon(t);
  made.write("unknown line\nend\n");
  const { live, ...rest } = region({ generation: 1 });
  made.engine.attach({ ...rest, live: { ...live, bypass: "crashes" } });
  beat(made.engine);
  await made.app.start();
  const lines = await asked(made, "status");
  t.true(lines.includes("Policy     bypass (crashes): nothing is judged"));
  const alarms = lines.slice(lines.indexOf("Alarms") + 1, lines.indexOf("Alarms") + 4);
  t.regex(alarms.shift() ?? "", /^ {2}Link 0: its network-side port is down, and nothing passes\./);
  t.regex(alarms[0] ?? "", /^ {2}The fast path judges nothing: it crashed again and again\./);
  t.regex(
    alarms[1] ?? "",
    /^ {2}.* was refused: line 1, "unknown line", is wrong\. The fast path keeps what it has\.$/,
  );
});

test("without a link that is forwarding, status does not speak of judging", async (t) => {
  const made = daemon(t);
  made.engine.attach(region({ generation: 1, linkMode: "bypass" }));
  beat(made.engine);
  await made.app.start();
  const lines = await asked(made, "status");
  t.true(lines.includes("Policy     revision 0, generation 1: no link is forwarding, nothing is judged"));
  t.true(lines.includes("Link 0: bypass"));
});

test("a fast path whose heart stands still is told, and so are its last figures", async (t) => {
  const made = daemon(t);
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  await until("the daemon notices", () => made.lines.some((line) => line.includes("stands still")));
  t.true((await asked(made, "status")).includes("Policy     the process stands still: these are its last figures"));
  made.engine.show(region({ generation: 1, heartbeat: 2 }));
  await until("it moves", () => made.lines.includes("Fast path: It moves again."));
});

test("load tells what became of the file, and fails when it was refused", async (t) => {
  const made = daemon(t);
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  t.deepEqual(await asked(made, "load"), [`Configuration ${made.configurationFile}, revision 1: as before.`]);
  made.write("unknown line\nend\n");
  const { status, stdout } = await postern("load", "--run-dir", made.runDirectory);
  t.is(status, 1);
  t.regex(
    stdout,
    /^.* was refused and revision 1 stays in force: one line is wrong\.\nLine 1:\nunknown line\n\^\n% .*\n$/s,
  );
});

for (const [what, args, sentence] of [
  ["an unknown command", ["stauts"], "There is no command stauts: see postern --help."],
  ["an unknown option", ["status", "--watch"], "Unknown option '--watch': see postern --help."],
  ["a word too many", ["status", "now"], "Unexpected argument 'now': see postern --help."],
  ["a wrong count", ["breaches", "--count", "many"], "--count is a number from 1 to 1000."],
  ["an inherited name", ["constructor"], "There is no command constructor: see postern --help."],
] as const) {
  test(`${what} is one sentence`, async (t) => {
    t.deepEqual(await postern(...args), { status: 1, stdout: "", stderr: `postern: ${sentence}\n` });
  });
}

test("without a daemon it says what to do", async (t) => {
  const nowhere = directory(t);
  const { status, stderr } = await postern("status", "--run-dir", nowhere);
  t.is(status, 1);
  t.regex(stderr, /^postern: No daemon runs at .*daemon\.sock: start it .*\n$/);
});

test("its help names every command", async (t) => {
  const { status, stdout } = await postern("--help");
  t.is(status, 0);
  for (const command of ["console", "exec", "status", "breaches", "load", "capture", "replay"])
    t.true(stdout.includes(`postern ${command}`));
  t.deepEqual(await postern(), { status, stdout, stderr: "" });
  t.deepEqual(await postern("replay", "--help"), { status, stdout, stderr: "" });
});

test("columns: text stands left, numbers right", (t) => {
  t.deepEqual(
    columns(
      ["NAME", "COUNT"],
      [
        ["a", 1_234_567],
        ["long name", 5],
      ],
    ),
    ["NAME           COUNT", "a          1,234,567", "long name          5"],
  );
});

for (const [ms, text] of [
  [0, "0 s"],
  [59_999, "59 s"],
  [61_000, "1 min 1 s"],
  [3_600_000, "1 h 0 min"],
  [90_061_000, "1 d 1 h"],
] as const) {
  test(`${ms} ms are ${text}`, (t) => t.is(duration(ms), text));
}
