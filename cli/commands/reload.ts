// Starting a part of the appliance anew.

import { reloadDaemon, reloadFastPath } from "../../mgmt/operations/restart.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { number } from "../../mgmt/words.ts";
import { confirmed } from "./confirmed.ts";
import { act, type Context, type ExecCommand } from "./exec.ts";

const reloadHelp = {
  reload: "Restart the daemon (ends it; whoever started it starts it again); traffic goes on",
} as const;

const daemon = act({
  syntax: "reload",
  help: reloadHelp,
  operation: reloadDaemon,
  foreword: losses,
  input: (_, context) => asked(context),
  view: () => ["The daemon ends; whoever started it starts it again."],
});

const fastPath = act({
  syntax: "reload fast-path",
  help: { ...reloadHelp, "fast-path": "Restart the fast path's process: a gap of a fraction of a second" },
  operation: reloadFastPath,
  input: (_, context) => asked(context),
  view: ({ pid, adoption }) => [
    `The fast path runs as process ${pid}; it goes on with ${number(adoption.subscribers)} subscribers, ` +
      `${number(adoption.breached)} of them in breach.`,
  ],
});

export const reloadCommands: readonly ExecCommand[] = [daemon, fastPath];

/** What a restart of the daemon ends, and what it does not save. */
async function losses({ appliance: { configuration } }: Context): Promise<string[]> {
  const unsaved =
    "The configuration in force is not saved: it goes on, but a restart of the machine begins with the startup file.";
  const names = configuration.sessions().map(({ name }) => name);
  const typed = names.length > 0 ? `, and what was typed in configuration session ${names.join(", ")} is lost` : "";
  return [
    ...((await isUnsaved(configuration)) ? [unsaved] : []),
    `Every session of the command line ends, this one too${typed}.`,
  ];
}

/** False as well when there is no startup file that could be compared: an alarm tells of that. */
async function isUnsaved(configuration: Context["appliance"]["configuration"]): Promise<boolean> {
  try {
    return (await configuration.diff({ kind: "startup" }, { kind: "running" })).length > 0;
  } catch (error) {
    if (error instanceof Sentence) return false;
    throw error;
  }
}

async function asked(context: Context): Promise<object> {
  await confirmed(context, "Proceed with reload?", "nothing is restarted");
  return {};
}
