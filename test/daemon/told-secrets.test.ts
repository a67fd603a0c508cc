// Secrets that are typed to a daemon: whatever it tells, writes down or answers, they are not in it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import type { ApplianceOperation, ApplianceParts } from "../../mgmt/appliance.ts";
import { ConfigurationKeeper } from "../../mgmt/config/keeper.ts";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import { Log } from "../../mgmt/log/log.ts";
import { Auditor } from "../../mgmt/operations/auditor.ts";
import { commitSession, enterLine, loadStartup } from "../../mgmt/operations/configuration.ts";
import type { Actor } from "../../mgmt/operations/operation.ts";
import { Operations } from "../../mgmt/operations/operations.ts";
import { PolicyKeeper } from "../../mgmt/policy/keeper.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { Store } from "../../mgmt/store/store.ts";
import { directory, FakeClock } from "./parts.ts";

const ALICE: Actor = { user: "alice", level: 15, from: "console", session: 1 };

async function daemonOf(t: ExecutionContext) {
  const [file, clock, engine, store] = [
    join(directory(t), "startup-config"),
    new FakeClock(),
    new FakeEngine(),
    new Store(),
  ];
  const told: unknown[] = [];
  const log = new Log({ clock, write: (line) => told.push(line) });
  writeFileSync(file, "end\n");
  await store.start(`${file}.store`);
  t.teardown(() => store.stop());
  const policy = new PolicyKeeper({ engine, log, clock });
  const configuration = new ConfigurationKeeper({
    file,
    store,
    policy,
    log,
    clock,
    bootId: "boot",
    audit: async () => {},
  });
  await configuration.load();
  const auditor = new Auditor({ store, log });
  const operations = new Operations({ configuration } as unknown as ApplianceParts, {
    now: clock.now,
    audit: (entry) => auditor.write(entry),
  });
  const perform = async <Input, Result>(operation: ApplianceOperation<Input, Result>, input: Input) => {
    const result = await operations.perform(operation, input, ALICE).catch((error) => {
      if (!(error instanceof Sentence)) throw error;
      return error.message;
    });
    told.push(result);
  };
  return { file, store, configuration, log, told, perform };
}

/** Of letters that nothing else is made of, and good enough for a password. */
const secret = fc
  .string({ unit: fc.constantFrom(..."QXZJ"), minLength: 6, maxLength: 30 })
  .map((text) => `QXZJ${text}`);

const wrong = fc.constantFrom(
  "username u privilege 11 secret",
  "no user u pri 5 s",
  "usrname u privilege 5 secret",
  "ena secret",
  "radius-server host 192.0.2.1 timeout 99 key",
  "tac h ::1 k 7",
  "no radius-server host 192.0.2.1 key",
);

test("neither log, audit, answers, errors, diffs nor shown texts have a secret, a hash or a key in them", async (t) => {
  const made = await daemonOf(t);
  const { configuration, store, told, perform } = made;
  const [typed, loaded, ...others] = fc.sample(secret, 8);
  const enter = (line: string, session: string | null = null) => perform(enterLine, { lines: [line], session });

  await enter(`username typed privilege 10 secret ${typed}`);
  await enter(`enable secret level 15 "${loaded}"`);
  await enter(`radius-server host 192.0.2.1 key ${typed}`);
  await enter(`tacacs-server host 192.0.2.1 key 0 ${loaded}`);
  await configuration.begin("work", ALICE);
  await enter(`tacacs-server host 192.0.2.1 key ${typed}`, "work");
  await enter(`enable password level 5 0 ${typed}`, "work");
  told.push(await configuration.diff({ kind: "running" }, { kind: "session", name: "work" }));
  await perform(commitSession, { session: "work" });
  for (const [index, lead] of fc.sample(wrong, 6).entries()) await enter(`${lead} ${others[index]}`);
  writeFileSync(made.file, `username x privilege 5 secret 9 ${others[0]}\nend\n`);
  await perform(loadStartup, {});
  writeFileSync(
    made.file,
    `username loaded privilege 15 secret ${loaded}\nusername y privilege 5 secret ${others[1]} z\n`,
  );
  await perform(loadStartup, {});
  writeFileSync(made.file, `username loaded privilege 15 secret ${loaded}\nend\n`);
  await perform(loadStartup, {});

  const secrets = { secrets: false };
  told.push(await configuration.text({ kind: "running" }, secrets));
  const revisions = await configuration.revisions(100);
  for (const { number } of revisions) {
    told.push(await configuration.diff({ kind: "revision", number }, { kind: "running" }));
  }
  told.push(revisions, configuration.sessions(), made.log.status());
  told.push(await store.call("recentAudit", 100));
  const all = JSON.stringify(told);
  t.true(revisions.length >= 3);
  t.true(all.includes("username typed privilege 10 secret ********"));
  t.true(all.includes("username loaded privilege 15 secret 9 ********"));
  t.true(all.includes("radius-server host 192.0.2.1 key ********"));
  t.true(all.includes("tacacs-server host 192.0.2.1 port 49 timeout 5 key 0 ********"));
  t.notRegex(all, /[QXZJ]{4}/);
  t.notRegex(all, /\$scrypt/);
});

test("a text that shows secrets has them as hashes, and is read back as the same configuration", async (t) => {
  const { configuration, perform, file } = await daemonOf(t);
  await perform(enterLine, { lines: ["username typed privilege 10 secret QXZJQXZJQX"], session: null });
  const text = await configuration.text({ kind: "running" }, { secrets: true });
  t.regex(text, /^username typed privilege 10 secret 9 \$scrypt\$/m);
  t.notRegex(text, /QXZJ/);
  const { revision } = configuration.facts();
  writeFileSync(file, text);
  await perform(loadStartup, {});
  await perform(enterLine, { lines: ["username typed privilege 10 secret QXZJQXZJQX"], session: null });
  t.is(configuration.facts().revision, revision);
});
