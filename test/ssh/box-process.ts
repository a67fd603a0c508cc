// A box in a process of its own, so that what it holds in memory can be told from what its clients hold: a message from the one
// who started it is answered with that, after everything that can be forgotten was.
//
//   node --expose-gc box-process.ts DIRECTORY     with startup-config in it
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { App } from "../../mgmt/app.ts";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import { Log } from "../../mgmt/log/log.ts";
import { Store } from "../../mgmt/store/store.ts";
import { NameStore } from "../../mgmt/subscribers/names/store.ts";
import { UsageHistory } from "../../mgmt/usage/history.ts";
import { machine } from "../daemon/parts.ts";

export interface Memory {
  /** Objects, and what they hold outside of the heap, in bytes. */
  readonly held: number;
  /** Of the process, in bytes. */
  readonly resident: number;
}

const [directory = ""] = process.argv.slice(2);
const runDirectory = join(directory, "run");
mkdirSync(join(runDirectory, "daemon"), { recursive: true });
const clock = { now: Date.now, nowMs: () => performance.now() };
const app = new App(
  { runDirectory, stateDirectory: directory, configuration: join(directory, "startup-config") },
  {
    ...{ engine: new FakeEngine(), store: new Store(), history: new UsageHistory(), names: new NameStore() },
    ...{ clock, machine, bootId: "boot-1", restart: () => {} },
    log: new Log({ clock, write: () => {} }),
  },
);
await app.start();

process.on("message", () => {
  gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send?.({ held: heapUsed + external, resident: rss } satisfies Memory);
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
