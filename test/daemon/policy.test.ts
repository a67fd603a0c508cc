// The startup file, the configuration in force and the fast path: what is applied, refused, and given again.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { EngineError } from "../../mgmt/engine/engine_port.ts";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import { ask } from "../../mgmt/local/client.ts";
import { PolicyKeeper } from "../../mgmt/policy/keeper.ts";
import type { Prepared } from "../../mgmt/policy/prepare.ts";
import { policyOf } from "../core/policies.ts";
import { configuration, type Daemon, daemon, FakeClock, region, until } from "./parts.ts";

const REVISION_OFFSET = 12;
const LINK_MODES_OFFSET = 56;

/** The revisions of the policies that the fast path was given, in order. */
function given({ engine }: Daemon): number[] {
  return engine.policies.map((policy) =>
    new DataView(policy.buffer, policy.byteOffset).getUint32(REVISION_OFFSET, true),
  );
}

/** The fast path obeys what it is given from now on, and its region says so. */
function obey({ engine }: Daemon, generation: number): void {
  engine.apply = async (policy) => {
    engine.policies.push(policy);
    engine.show(region({ generation }));
    return { ok: true, generation };
  };
}

/** The number of the configuration that is in force, as the store knows it; undefined: there is none. */
async function inForce({ store }: Daemon): Promise<number | undefined> {
  const [latest] = await store.call("revisions", 1);
  return latest?.number;
}

function runningText({ store }: Daemon): Promise<string> {
  return store.call("configurationText", { kind: "running" }, { secrets: true });
}

test("a detector is named as the revision asked for did, also when it has another threshold now or none", async (t) => {
  const keeper = new PolicyKeeper({ engine: new FakeEngine(), log: { say: () => {} }, clock: new FakeClock() });
  const name = { package: 0, packageName: null, service: "smtp", signal: "sessions" };
  const give = (revision: number, ...thresholds: number[]) =>
    keeper.give({
      facts: { revision },
      blob: new Uint8Array(),
      detectors: new Map(thresholds.map((threshold) => [4, { ...name, threshold }])),
    } as unknown as Prepared);
  await give(1, 10);
  await give(2, 1000);
  t.is(keeper.nameOf(4, 1)?.threshold, 10);
  t.is(keeper.nameOf(4)?.threshold, 1000);
  await give(3);
  t.is(keeper.nameOf(4, 1)?.threshold, 10);
  t.is(keeper.nameOf(4, 3)?.threshold, 1000);
  t.is(keeper.nameOf(5), null);
});

test("while links are to be cut off those that judge are, whatever policies follow, and afterwards they are as configured", async (t) => {
  const engine = new FakeEngine();
  const keeper = new PolicyKeeper({ engine, log: { say: () => {} }, clock: new FakeClock() });
  const modes = () => engine.policies.map((policy) => [...policy.subarray(LINK_MODES_OFFSET, LINK_MODES_OFFSET + 4)]);
  const text = "interface LineCard 0\n link mode 1 bypass\n link mode 3 cutoff\n";
  const { policy: blob } = policyOf(text);
  const give = (revision: number) =>
    keeper.give({ facts: { revision }, blob, detectors: new Map() } as unknown as Prepared);
  await keeper.cutOff(true);
  t.deepEqual(modes(), [], "there is no policy yet");
  await give(1);
  await keeper.cutOff(true);
  await keeper.cutOff(false);
  await keeper.cutOff(true);
  await give(2);
  const [configured, cutOff] = [
    [0, 1, 0, 2],
    [2, 1, 2, 2],
  ];
  t.deepEqual(modes(), [cutOff, configured, cutOff, cutOff]);
});

test("a good file is applied at the start, and is revision 1", async (t) => {
  const made = daemon(t);
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  t.deepEqual(given(made), [1]);
  t.is(await inForce(made), 1);
  t.regex(await runningText(made), /^ {2}detect sessions 10 period 60 window fixed action report block$/m);
  t.true(made.lines.includes("The fast path obeys revision 1."));
});

test("a changed file is the next revision; the same file again is none", async (t) => {
  const made = daemon(t);
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  t.deepEqual(await made.app.load(), { outcome: "unchanged", file: made.configurationFile, revision: 1 });
  made.write(configuration({ threshold: 20 }));
  obey(made, 2);
  t.deepEqual(await made.app.load(), { outcome: "applied", file: made.configurationFile, revision: 2 });
  t.deepEqual(given(made), [1, 2]);
  t.is(await inForce(made), 2);
});

test("a file with wrong lines is refused with the place of each, and changes nothing", async (t) => {
  const made = daemon(t);
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  made.write(configuration().replace("port 25", "port 65536").replace("package 0 name", "package x name"));
  const result = await made.app.load();
  t.is(result.outcome, "refused");
  if (result.outcome !== "refused") return;
  t.is(result.refusal.text, `${made.configurationFile} was refused and revision 1 stays in force: 2 lines are wrong.`);
  t.deepEqual(
    result.refusal.errors.map(({ line, column }) => [line, column]),
    [
      [3, 19],
      [5, 8],
    ],
  );
  t.regex(made.lines.at(-1) ?? "", /Line 3:\n protocol tcp port 65536\n {19}\^\n% /);
  t.deepEqual(given(made), [1]);
  t.is(await inForce(made), 1);
});

test("of a file that is all wrong the first lines are told, and how many there are", async (t) => {
  const made = daemon(t);
  await made.app.start();
  made.write(`${"no such line\n".repeat(20_000)}end\n`);
  const result = await made.app.load();
  t.true(result.outcome === "refused" && result.refusal.text.endsWith(": 20,000 lines are wrong."));
  t.true(result.outcome === "refused" && result.refusal.errors.length === 50);
});

test("a configuration that contradicts itself is refused whole", async (t) => {
  const made = daemon(t);
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  made.write(configuration().replace("template 4 package 0", "template 4 package 9"));
  t.is((await made.app.load()).outcome, "refused");
  t.deepEqual(given(made), [1]);
});

test("objects of the startup file that do nothing yet are told once, each time it is read", async (t) => {
  const made = daemon(t);
  const begun = (hostname: string) => configuration({ hostname }).replace(" subscriber template 4 package 0\n", "");
  const told = 'These do nothing yet: anonymous group LT4. See "show configuration incomplete".';
  made.write(begun("edge-1"));
  await made.app.start();
  made.write(begun("edge-2"));
  await made.app.load();
  t.is(made.lines.filter((line) => line.includes(told)).length, 2);
});

test("a policy that the fast path refuses is not stored, and the old one stays", async (t) => {
  const made = daemon(t);
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  made.engine.answer = { ok: false, full: false, text: "subscribers shorter than /64 need --workers 1" };
  made.write(configuration({ threshold: 20 }));
  const result = await made.app.load();
  t.true(result.outcome === "refused" && /^.* refused it: subscribers shorter.* 1\.$/.test(result.refusal.text));
  t.is(await inForce(made), 1);

  const asked = made.engine.policies.length;
  await looked(made);
  t.is(made.engine.policies.length, asked, "nor is the fast path asked again");
});

/** What is in force after the daemon was started on this file, the machine having been restarted or not. */
async function startedAgain(t: ExecutionContext, first: Daemon, bootId: string, file?: string) {
  await first.app.stop();
  const second = daemon(t, first.directory, undefined, bootId);
  if (file === undefined) rmSync(second.configurationFile);
  else second.write(file);
  second.engine.attach(region({ generation: 7 }));
  await second.app.start();
  return second;
}

async function startedOnce(t: ExecutionContext): Promise<Daemon> {
  const first = daemon(t);
  first.engine.attach(region({ generation: 1 }));
  await first.app.start();
  return first;
}

test("a daemon that is restarted goes on with what was in force, whatever the startup file says now", async (t) => {
  const second = await startedAgain(t, await startedOnce(t), "boot-1", configuration({ threshold: 20 }));
  t.regex(await runningText(second), /detect sessions 10 /);
  t.deepEqual(new Set(given(second)), new Set([1]));
});

test("after a restart of the machine the startup file is in force", async (t) => {
  const second = await startedAgain(t, await startedOnce(t), "boot-2", configuration({ threshold: 20 }));
  t.regex(await runningText(second), /detect sessions 20 /);
  t.deepEqual(new Set(given(second)), new Set([2]));
});

for (const [what, file, sentence] of [
  [
    "is wrong",
    "no such line\nend\n",
    /was refused: line 1, "no such line", is wrong\. What was in force last is in force\./,
  ],
  [
    "was cut off",
    configuration().slice(0, -20),
    /: its last line is not "end": it may be cut off\. What was in force last is in force\.$/m,
  ],
  ["is gone", undefined, /^There is no .*startup-config\. What was in force last is in force\.$/m],
] as const) {
  test(`a startup file that ${what} leaves in force what was, with an alarm`, async (t) => {
    const second = await startedAgain(t, await startedOnce(t), "boot-2", file);
    t.regex(second.lines.join("\n"), sentence);
    t.deepEqual(new Set(given(second)), new Set([1]));
    const { alarms } = await ask(join(second.runDirectory, "daemon/daemon.sock"), { ask: "status" });
    t.is(alarms.filter((alarm) => alarm.includes("startup-config")).length, 1);
  });
}

test("a startup file of an SCE, which begins with # and has no end, is in force after a restart of the machine", async (t) => {
  const text = configuration({ threshold: 20 }).replace(/end\n$/, "exit\n");
  const ofSce = `#This is a general configuration file (running-config).\n#cli-type 1\n\n${text}`;
  const second = await startedAgain(t, await startedOnce(t), "boot-2", ofSce);
  t.regex(await runningText(second), /detect sessions 20 /);
});

test("of startup files that were replaced the latest good one is taken", async (t) => {
  const first = await startedOnce(t);
  writeFileSync(`${first.configurationFile}.~9~`, configuration({ threshold: 9 }));
  writeFileSync(`${first.configurationFile}.~10~`, configuration({ threshold: 10, hostname: "ten" }));
  writeFileSync(`${first.configurationFile}.~11~`, "no such line\nend\n");
  const second = await startedAgain(t, first, "boot-2", "no such line\nend\n");
  t.regex(await runningText(second), /^hostname ten$/m);
  t.regex(second.lines.join("\n"), /startup-config\.~11~ was refused: .*startup-config\.~10~ was taken\./);
});

test("a new appliance without a startup file begins empty, and says so", async (t) => {
  const made = daemon(t);
  rmSync(made.configurationFile);
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  t.true(made.lines.includes(`There is no ${made.configurationFile}: the configuration is empty.`));
  t.regex(await runningText(made), /^hostname postern$/m);
});

test("a new appliance with a file that cannot be read leaves the fast path as it is", async (t) => {
  const made = daemon(t);
  made.write("no such line\nend\n");
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  t.regex(made.lines.join("\n"), /was refused: line 1, "no such line", is wrong\. The fast path keeps what it has\./);
  t.deepEqual(given(made), []);
});

test("without a fast path a good file waits, and is given when one comes", async (t) => {
  const made = daemon(t);
  made.engine.answer = undefined;
  await made.app.start();
  made.write(configuration({ threshold: 20 }));
  t.deepEqual(await made.app.load(), { outcome: "waiting", file: made.configurationFile, revision: 2 });

  made.engine.answer = { ok: true, generation: 1 };
  made.engine.attach(region({ generation: 1 }));
  await until("it is given", () => made.lines.includes("The fast path obeys revision 2."));
});

/** Returns when the daemon has looked at its fast path ten times more. */
async function looked({ engine }: Daemon): Promise<void> {
  const status = engine.status.bind(engine);
  let looks = 0;
  engine.status = () => {
    looks++;
    return status();
  };
  await until("the daemon has looked at the fast path again and again", () => looks > 10);
  engine.status = status;
}

test("a process that took over with the policy that its region kept is not given it again", async (t) => {
  const made = daemon(t);
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  made.engine.attach(region({ generation: 1, starts: 2 }));
  await looked(made);
  t.deepEqual(given(made), [1]);

  const { live, ...rest } = region({ generation: 1, starts: 3 });
  made.engine.attach({ ...rest, live: { ...live, bypass: "policy-damaged" } });
  await until("one that could not read what was kept has it", () => given(made).length > 1);
});

test("a policy that the fast path cannot take now waits, is one alarm, and is given when there is room", async (t) => {
  const made = daemon(t);
  made.engine.attach(region());
  made.engine.answer = { ok: false, full: true, text: "there is no memory for it" };
  await made.app.start();
  const alarms = async () => {
    const { alarms } = await ask(join(made.runDirectory, "daemon/daemon.sock"), { ask: "status" });
    return alarms.filter((alarm) => alarm.startsWith("The fast path takes no policy now: there is no memory for it."));
  };
  await looked(made);
  t.deepEqual(given(made), [1], "it is not asked at every look");
  t.is((await alarms()).length, 1);
  t.false(made.lines.some((line) => line.includes("refused")));

  made.engine.now += 10_000;
  await until("it is asked again after ten seconds", () => given(made).length === 2);
  made.engine.attach(region({ starts: 2 }));
  await until("another process is asked at once", () => given(made).length === 3);
  t.is(made.lines.filter((line) => line.includes("takes no policy now")).length, 1);

  made.engine.now += 10_000;
  obey(made, 1);
  await until("it is taken", () => made.lines.includes("The fast path obeys revision 1."));
  t.deepEqual(await alarms(), []);
});

test("a fast path that comes anew, or has another policy than ours, is given ours", async (t) => {
  const made = daemon(t);
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  t.deepEqual(given(made), [1]);

  made.engine.detach(new EngineError("absent", "There is no region."));
  made.engine.attach(region({ region: "region-2", generation: 1 }));
  await until("a new region has it", () => given(made).length === 2);

  made.engine.show(region({ region: "region-2", generation: 5 }));
  made.engine.answer = { ok: true, generation: 5 };
  await until("somebody else's policy is replaced", () => given(made).length === 3);
  t.deepEqual(new Set(given(made)), new Set([1]));
});

test("a detector keeps its id through restarts, and an id never names another detector", async (t) => {
  const first = daemon(t);
  first.engine.attach(region({ generation: 1 }));
  await first.app.start();
  const ids = async (made: Daemon, text: string) => {
    const proposal = await made.store.call("proposeConfiguration", { kind: "text", text }, 15, { now: 0, nowMs: 0 });
    return proposal.outcome === "good" ? [...proposal.prepared.detectors] : [];
  };
  const [kept] = await ids(first, configuration({ hostname: "edge-2" }));
  const [other] = await ids(first, configuration({ service: "mail" }));
  t.not(kept?.[0], other?.[0]);
  await first.app.stop();

  const second = daemon(t, first.directory);
  await second.app.start();
  t.deepEqual((await ids(second, configuration({ service: "mail" })))[0], other);
  const [changed] = await ids(second, configuration({ threshold: 99 }));
  t.is(changed?.[0], kept?.[0]);
  t.is(changed?.[1].threshold, 99);
});

test("a file that cannot be read is refused with the reason", async (t) => {
  const made = daemon(t);
  await made.app.start();
  const reasonOf = async () => {
    const result = await made.app.load();
    return result.outcome === "refused" ? result.refusal.text.replace(/^.*: /, "") : result.outcome;
  };
  rmSync(made.configurationFile);
  t.is(await reasonOf(), "it does not exist.");
  const { configurationFile } = made;
  mkdirSync(configurationFile);
  t.is(await reasonOf(), "it is no file.");
  rmSync(configurationFile, { recursive: true });
  execFileSync("mkfifo", [configurationFile]);
  t.is(await reasonOf(), "it is no file.");
  rmSync(configurationFile);
  made.write(configuration());
  t.is(await reasonOf(), "unchanged");
});
