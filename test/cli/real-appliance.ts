// An appliance whose configuration is kept as the daemon keeps it, by a fast path that takes everything.
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { language } from "../../cli/commands/table.ts";
import type { SessionParts } from "../../cli/shell/session.ts";
import type { Appliance, ApplianceParts } from "../../mgmt/appliance.ts";
import { CsvFiles } from "../../mgmt/config/csv-file.ts";
import { ConfigurationKeeper } from "../../mgmt/config/keeper.ts";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import type { Level } from "../../mgmt/level.ts";
import { Operations } from "../../mgmt/operations/operations.ts";
import { OverrideKeeper } from "../../mgmt/overrides/keeper.ts";
import { csvDirectory, namesFile, storeFile } from "../../mgmt/paths.ts";
import type { Status } from "../../mgmt/status/status.ts";
import { Store } from "../../mgmt/store/store.ts";
import { GroupIndex } from "../../mgmt/subscribers/group_index.ts";
import { NameImporter } from "../../mgmt/subscribers/names/importer.ts";
import { SubscriberKeeper } from "../../mgmt/subscribers/names/keeper.ts";
import { NameQuestions } from "../../mgmt/subscribers/names/questions.ts";
import { NameStore } from "../../mgmt/subscribers/names/store.ts";
import { BOOT, directory } from "../daemon/parts.ts";

/** What somebody types at it. */
export async function realAppliance(t: ExecutionContext): Promise<(user: string, level: Level) => SessionParts> {
  const at = directory(t);
  const clock = { now: () => BOOT, nowMs: () => 0 };
  const log = { say: () => {} };
  const store = new Store();
  await store.start(storeFile(at));
  t.teardown(() => store.stop());
  const configuration = new ConfigurationKeeper({
    file: join(at, "startup-config"),
    bootId: "boot-1",
    store,
    clock,
    log,
    audit: async () => {},
    policy: { give: async () => ({ outcome: "applied" }), keep: async () => {} },
  });
  await configuration.load();
  const overrides = new OverrideKeeper({ store, clock, log, configuration });
  const names = await namesOf(t, at, configuration);
  const { questions, keeper: nameKeeper, files: nameFiles } = names;
  const csvFiles = new CsvFiles({ directory: csvDirectory(at), configuration });
  const acted = { configuration, overrides, names: questions, nameKeeper, nameFiles, csvFiles };
  const operations = new Operations(acted as unknown as ApplianceParts, { now: clock.now, audit: async () => {} });
  const appliance: Partial<Appliance> = {
    ...{ configuration, overrides, names: questions },
    nameStatus: () => ({
      ...{ figures: nameKeeper.figures, peak: nameKeeper.peak },
      ...{ importing: nameFiles.progress, leaseLines: null },
    }),
    status: () => ({ fastPath: null }) as Status,
    subscribers: {
      ...{ async *find() {}, count: async () => 37 },
      groupOf: (address) => new GroupIndex(configuration.facts().anonymousGroups).groupOf(address),
    },
    facts: () => configuration.facts(),
    perform: (operation, input, actor) => operations.perform(operation, input, actor),
  };
  return (user, level) => ({
    language,
    appliance: appliance as Appliance,
    actor: { user, level, from: "console", session: 1 },
    levelNow: () => configuration.facts().users.find(({ name }) => name === user)?.level ?? level,
    now: clock.now,
    obeys: () => {},
    fault: (error) => t.fail(String(error)),
  });
}

/** The files that can be imported are in test/cli/csv. */
async function namesOf(t: ExecutionContext, at: string, configuration: ConfigurationKeeper) {
  const names = new NameStore();
  await names.start(namesFile(at));
  t.teardown(() => names.stop());
  const now = () => BOOT;
  const keeper = new SubscriberKeeper({
    ...{ names, engine: new FakeEngine(), clock: { now, nowMs: () => 0 }, log: { say: () => {} } },
    ...{ wait: async () => {}, epoch: () => 1, needed: async () => [] },
    settings: () => ({ aware: false, ageingMinutes: null }),
  });
  const directory = csvDirectory(at);
  const packages = () => configuration.facts().packages.map(({ id }) => id);
  const files = new NameImporter({ names, keeper, now, directory, packages });
  await files.start();
  cpSync(new URL("csv/", import.meta.url), directory, { recursive: true });
  return { keeper, files, questions: new NameQuestions(names, async () => {}) };
}
