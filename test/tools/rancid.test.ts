// RANCID at the box: its login script with everything that it asks a Cisco, and its collection.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { Level } from "../../mgmt/level.ts";
import { ENABLE_SECRETS } from "../cli/stage.ts";
import { type Box, box, passwordOf, run } from "../ssh/box.ts";

const programs = "/usr/lib/rancid/bin";

/** What it asks an IOS, one command after the other. */
const asked = [
  ...readFileSync("/etc/rancid/rancid.types.base", "utf8").matchAll(/^cisco;command;[^;]+;([^;\n]+)/gm),
].map(([, command = ""]) => command);

/** Commands among them that say something here; to all others there is nothing to say. */
const answered = ["show version", "show inventory", "show running-config", "write term"];

interface Collector {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** A collector's home: what it logs in with. `term`: of the terminal that it is started from. */
function collector(it: Box, level: Level, term = "network"): Collector {
  const home = join(it.directory, "rancid");
  mkdirSync(home);
  const ssh = join(home, "ssh_config");
  writeFileSync(
    ssh,
    `StrictHostKeyChecking accept-new
UserKnownHostsFile ${join(home, "known_hosts")}
LogLevel ERROR
IdentityAgent none
IdentityFile none
`,
  );
  writeFileSync(
    join(home, ".cloginrc"),
    `add method * ssh:${it.port}
add sshcmd * {ssh\\ -F\\ ${ssh}}
add user * level${level}
add password * ${passwordOf(level)} fifteen-fifteen
add autoenable * ${level >= 10 ? 1 : 0}
`,
    { mode: 0o600 },
  );
  return { home, environment: { HOME: home, TERM: term, PATH: `${programs}:${process.env.PATH}` } };
}

/** What was typed at the box, and what it said to each. */
function dialogue(out: string): { typed: string; said: string }[] {
  const pieces = out
    .replaceAll("\r", "")
    .split(/^box[>#]/m)
    .slice(1);
  return pieces.map((piece) => {
    const [typed = "", ...said] = piece.split("\n");
    return { typed, said: said.join("\n") };
  });
}

test.serial("clogin is enabled, asks all that RANCID asks a Cisco, and leaves", async (t) => {
  const it = await box(t, { lines: ENABLE_SECRETS });
  const { environment } = collector(it, 5);
  const { status, out } = await run(
    [join(programs, "clogin"), "-t", "60", "-c", asked.join(";"), "127.0.0.1"],
    environment,
  );
  t.is(status, 0, out);
  t.true(asked.length > 70);
  const told = dialogue(out).filter(({ typed }) => typed !== "");
  t.deepEqual(
    told.map(({ typed }) => typed),
    ["enable", "terminal length 0", "terminal width 132", ...asked, "exit"],
  );
  const refused = told.filter(({ said }) => /^ +\^\n% Invalid input detected at '\^' marker\.$/m.test(said));
  t.deepEqual(
    refused.map(({ typed }) => typed),
    asked.filter((command) => !answered.includes(command)),
  );
});

for (const [from, term, level] of [
  ["cron", "network", 10],
  ["a person's terminal", "xterm", 15],
] as const) {
  test.serial(
    `rancid started from ${from}, with a user of level ${level}, collects a configuration that is complete`,
    async (t) => {
      const it = await box(t);
      const { home, environment } = collector(it, level, term);
      const words = ["sh", "-c", `cd "$HOME" && exec rancid -t cisco 127.0.0.1`];
      const { status, out, err } = await run(words, environment);
      t.deepEqual({ status, out, err }, { status: 0, out: "", err: "" });
      const collected = readFileSync(join(home, "127.0.0.1.new"), "utf8");
      t.regex(collected, /^!RANCID-CONTENT-TYPE: cisco\n/);
      t.regex(collected, /^hostname box\n(.*\n)*ip ssh\n(.*\n)*end\n$/m);
    },
  );
}
