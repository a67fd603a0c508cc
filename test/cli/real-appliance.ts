// An appliance whose configuration is kept as the daemon keeps it, by a fast path that takes everything.
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { language } from "../../cli/commands/table.ts";
import type { SessionParts } from "../../cli/shell/session.ts";
import type { Appliance, ApplianceParts } from "../../mgmt/appliance.ts";
import { ConfigurationKeeper } from "../../mgmt/config/keeper.ts";
import type { Level } from "../../mgmt/level.ts";
import { Operations } from "../../mgmt/operations/operations.ts";
import { OverrideKeeper } from "../../mgmt/overrides/keeper.ts";
import { storeFile } from "../../mgmt/paths.ts";
import { Store } from "../../mgmt/store/store.ts";
import { GroupIndex } from "../../mgmt/subscribers/group_index.ts";
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
  const operations = new Operations({ configuration, overrides } as unknown as ApplianceParts, {
    now: clock.now,
    audit: async () => {},
  });
  const appliance: Partial<Appliance> = {
    ...{ configuration, overrides },
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
