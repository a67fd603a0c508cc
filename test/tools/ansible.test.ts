// Ansible's cisco.ios at the box, with playbooks as they are written for IOS.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Level } from "../../mgmt/level.ts";
import { ENABLE_SECRETS } from "../cli/stage.ts";
import { type Box, box, passwordOf, run } from "../ssh/box.ts";

const playbooks = join(import.meta.dirname, "ansible");

interface Result {
  readonly changed: boolean;
  readonly failed?: boolean;
  readonly msg?: string;
  readonly stdout?: readonly string[];
  readonly ansible_facts?: Readonly<Record<string, unknown>>;
}

/** What the tasks of a playbook told, by their names. */
async function ansible(t: ExecutionContext, { port, directory }: Box, playbook: string, level: Level) {
  const { status, out, err } = await run(
    ["/usr/bin/ansible-playbook", "-i", join(playbooks, "inventory.yml"), join(playbooks, playbook)],
    {
      HOME: directory,
      ANSIBLE_HOME: join(directory, "ansible"),
      ANSIBLE_LOCAL_TEMP: join(directory, "ansible-temporary"),
      ANSIBLE_HOST_KEY_CHECKING: "False",
      ANSIBLE_STDOUT_CALLBACK: "json",
      LC_ALL: "C.UTF-8",
      BOX_PORT: `${port}`,
      BOX_USER: `level${level}`,
      BOX_PASSWORD: passwordOf(level),
      BOX_SECRET: "fifteen-fifteen",
    },
  );
  t.is(status, 0, out + err);
  const { plays } = JSON.parse(out) as {
    plays: { tasks: { task: { name: string }; hosts: { box: Result } }[] }[];
  };
  return new Map(plays.flatMap(({ tasks }) => tasks).map(({ task, hosts }) => [task.name, hosts.box]));
}

for (const level of [5, 10] as const) {
  test.serial(`a user of level ${level} is enabled, and asks for facts and shows`, async (t) => {
    const it = await box(t, { lines: `zone home\n ip 192.0.2.0/24\n${ENABLE_SECRETS}` });
    const told = await ansible(t, it, "ask.yml", level);
    t.like(told.get("facts")?.ansible_facts, {
      ansible_net_hostname: "box",
      ansible_net_system: "ios",
    });
    t.regex(`${told.get("facts")?.ansible_facts?.ansible_net_config}`, /^hostname box\n(.*\n)*end$/m);
    const [version, , privilege, zones] = told.get("shows")?.stdout ?? [];
    t.regex(version ?? "", /^Postern Software, Version /);
    t.is(privilege, "Current privilege level is 15");
    t.is(zones, "zone home\n ip 192.0.2.0/24");
    t.false(told.get("a show that is waited for")?.failed ?? false);
    t.regex(told.get("a wrong command")?.msg ?? "", /% Invalid input detected at '\^' marker\./);
  });
}

test.serial("what is so already is not changed again, and what is saved is not saved again", async (t) => {
  const it = await box(t);
  const first = await ansible(t, it, "configure.yml", 15);
  const saved = readFileSync(it.configurationFile, "utf8");
  const again = await ansible(t, it, "configure.yml", 15);
  t.deepEqual(
    [...first].map(([name, { changed, failed = false }]) => ({
      name,
      changed,
      failed,
      again: again.get(name)?.changed,
    })),
    [
      ...["the host name", "lines of a zone", "where the log goes", "a file, saved if it changed something"].map(
        (name) => {
          return { name, changed: true, failed: false, again: false };
        },
      ),
      { name: "what is not saved is saved", changed: false, failed: false, again: false },
      { name: "a wrong line", changed: false, failed: true, again: false },
    ],
  );
  t.regex(saved, /^zone ansible\n ip 192\.0\.2\.25\/32$/m);
  t.regex(saved, /^service smtp-outbound\n protocol tcp port 25,587$/m);
  t.is(readFileSync(it.configurationFile, "utf8"), saved);
});

test.serial("a change that may be undone waits to be confirmed, alone, and is undone or confirmed", async (t) => {
  const it = await box(t);
  const told = await ansible(t, it, "revert.yml", 15);
  const said = (name: string) => told.get(name)?.stdout?.[0] ?? "";
  t.deepEqual(
    [...told].filter(([, { failed = false }]) => failed).map(([name]) => name),
    ["another one meanwhile"],
  );
  t.is(said("nothing waits"), "%No Rollback Confirmed Change pending");
  t.regex(said("it waits"), /^Timer type: absolute timer\nTimer value: 5 min\nUser: level15\n/);
  t.is(said("undone at once"), "Revision 4 is in force.");
  t.is(said("confirmed by hand"), "Revision 5 stays in force.");
  t.is((await it.ssh({ command: "show running-config | include hostname" })).out, "hostname edge-4\n");
});
