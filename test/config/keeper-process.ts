// The configuration's part of the daemon, put together as the daemon does, with a fast path that obeys whatever it is given.
// It is a process of its own, to be killed: an operation a line in, what came of it a line out.
//
//   keeper-process.ts DIRECTORY BOOT_ID LATER     LATER: by so many minutes is it later than the clock says

import { createInterface } from "node:readline";
import { ConfigurationKeeper } from "../../mgmt/config/keeper.ts";
import type { CommitOptions } from "../../mgmt/config/service.ts";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import { Log } from "../../mgmt/log/log.ts";
import type { Actor } from "../../mgmt/operations/operation.ts";
import { storeFile } from "../../mgmt/paths.ts";
import { PolicyKeeper } from "../../mgmt/policy/keeper.ts";
import { Store } from "../../mgmt/store/store.ts";
import { CONFIRM_MINUTES } from "./killed.ts";

export interface Request {
  readonly ask: keyof typeof answers;
  /** Of the configuration, or in a session its lines. */
  readonly text?: string;
}

/** What is in force, whether it is undone unless it is confirmed, and what is wrong with the startup file. */
export interface State {
  readonly running: string;
  readonly pending: boolean;
  readonly alarm: string | null;
}

const [directory = "", bootId = "", later = "0"] = process.argv.slice(2);
const actor: Actor = { user: "alice", level: 15, from: "console", session: 1 };
const clock = { now: Date.now, nowMs: () => Date.now() + Number(later) * 60_000 };
const log = new Log({ clock, write: () => {} });
const store = new Store();
const policy = new PolicyKeeper({ engine: new FakeEngine(), log, clock });
const keeper = new ConfigurationKeeper({
  file: `${directory}/startup-config`,
  bootId,
  store,
  policy,
  log,
  clock,
  audit: async () => {},
});

const answers = {
  async state(): Promise<State> {
    const running = await keeper.text({ kind: "running" }, { secrets: true });
    return { running, pending: keeper.pending() !== null, alarm: keeper.alarms()[0] ?? null };
  },
  /** All of it: what the zone had before goes. */
  commit: (text: string) => committed(`no zone home\n${text}`, {}),
  commitConfirmed: (text: string) => committed(text, { confirmedMinutes: CONFIRM_MINUTES }),
  confirm: () => keeper.confirm(actor),
  revert: () => keeper.revertNow(actor),
  save: () => keeper.save(),
};

/** What the text says, in a session. */
async function committed(text: string, options: CommitOptions) {
  await keeper.begin("maintenance", actor);
  await keeper.enter(text.split("\n"), "maintenance", actor);
  return keeper.commit("maintenance", options, actor);
}

await store.start(storeFile(directory));
await keeper.load();
process.stdout.write(`${JSON.stringify(await answers.state())}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const { ask, text = "" } = JSON.parse(line) as Request;
  process.stdout.write(`${JSON.stringify((await answers[ask](text)) ?? null)}\n`);
}
process.exit();
