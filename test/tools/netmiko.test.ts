// netmiko at the box, as scripts for IOS use it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { ENABLE_SECRETS } from "../cli/stage.ts";
import { type Box, box, passwordOf, run } from "../ssh/box.ts";
import { keyOf } from "./key.ts";

/** netmiko gives up what it waits for after so many sleeps of 0.2 s, or of 0.1 s. */
const SLEEPS_IN_VAIN = 500;

const shows = [
  ...["show version", "show inventory", "show privilege", "show clock", "show users", "show history", "show alarms"],
  ...["show logging", "show audit", "show processes", "show system operation-status", "show configuration diff"],
  ...[
    "show configuration incomplete",
    "show interface LineCard 0 subscriber templates",
    "show archive config rollback timer",
  ],
  ...[
    "show startup-config",
    "show running-config all",
    "sh run | inc hostname",
    "show archive",
    "show configuration revisions",
  ],
];

/** 200 lines. */
const lines = Array.from({ length: 20 }, (_, zone) => [
  `zone netmiko-${zone}`,
  ...Array.from({ length: 9 }, (_, net) => ` ip 10.${zone}.${net}.0/24`),
]).flat();

interface Told {
  readonly calls: readonly { readonly name: string; readonly sleeps: number; readonly out: string | null }[];
  readonly prompt: string;
}

async function netmiko(t: ExecutionContext, { port, directory }: Box, device: object, work: object = {}) {
  const log = join(directory, "session.log");
  const job = { device: { host: "127.0.0.1", port, session_log: log, ...device }, ...work };
  const script = join(import.meta.dirname, "netmiko-session.py");
  const { status, out, err } = await run(["/usr/bin/python3", script], { HOME: directory }, JSON.stringify(job));
  t.is(status, 0, err);
  const told = JSON.parse(out) as Told;
  t.deepEqual(
    told.calls.filter(({ sleeps }) => sleeps >= SLEEPS_IN_VAIN),
    [],
  );
  return { ...told, log: readFileSync(log, "utf8").replaceAll("\r", "") };
}

/** What was typed, as it was echoed behind prompts. */
function typed(log: string): string[] {
  return [...log.matchAll(/^box(?:\(config[\w-]*\))?[>#](.+)$/gm)].map(([, line = ""]) => line);
}

/** fast_cli sends lines without a pause. It looks for a prompt after 10 ms, and takes an older one for it on a busy machine: here after 50. */
const ways = { "as it is": {}, "with fast_cli": { fast_cli: true, global_delay_factor: 0.5 } };

for (const [way, settings] of Object.entries(ways)) {
  test.serial(
    `${way} it is enabled, asks 20 shows, enters 200 lines and saves, and everything is echoed once and in order`,
    async (t) => {
      const it = await box(t, { lines: ENABLE_SECRETS });
      const user = { username: "level5", password: passwordOf(5), secret: "fifteen-fifteen", ...settings };
      const { calls, log, prompt } = await netmiko(t, it, user, { commands: shows, lines });
      t.is(shows.length, 20);
      t.is(lines.length, 200);
      t.deepEqual(typed(log), [
        ...["terminal length 0", "terminal width 511", "enable"],
        ...shows,
        ...["config term", ...lines, "end", "write mem", "exit"],
      ]);
      t.deepEqual(log.match(/^% .*$/gm), null);
      t.is(prompt, "box#");
      const answer = new Map(calls.map(({ name, out }) => [name, out]));
      t.regex(answer.get("show version") ?? "", /^Postern Software, Version \S+, .*\n(.*\n)*box uptime is /);
      t.is(answer.get("show privilege"), "Current privilege level is 15");
      t.is(answer.get("sh run | inc hostname"), "hostname box");
      t.is(answer.get("save_config"), "Building configuration...\n[OK]");
      const saved = readFileSync(it.configurationFile, "utf8");
      t.deepEqual(
        lines.filter((line) => !saved.includes(`${line}\n`)),
        [],
      );
    },
  );
}

test.serial("a user of level 15 is enabled without a secret", async (t) => {
  const it = await box(t);
  const { log } = await netmiko(
    t,
    it,
    { username: "level15", password: passwordOf(15) },
    { commands: ["show privilege"] },
  );
  t.regex(log, /Current privilege level is 15\n/);
  t.false(typed(log).includes("enable"));
});

test.serial("a user of level 10 configures without being enabled", async (t) => {
  const it = await box(t);
  const user = { username: "level10", password: passwordOf(10) };
  const { log } = await netmiko(t, it, user, { lines: ["zone netmiko", " ip 192.0.2.25/32"] });
  t.deepEqual(typed(log).slice(2), ["config term", "zone netmiko", " ip 192.0.2.25/32", "end", "write mem", "exit"]);
});

test.serial("a public key logs in", async (t) => {
  const { file, line } = await keyOf(t, "level10");
  const it = await box(t, { lines: line });
  const { prompt } = await netmiko(t, it, { username: "level10", use_keys: true, key_file: file, allow_agent: false });
  t.is(prompt, "box#");
});
