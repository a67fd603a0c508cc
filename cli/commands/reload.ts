// Starting a part of the appliance anew.

import { reloadDaemon, reloadFastPath } from "../../mgmt/operations/restart.ts";
import { number } from "../../mgmt/words.ts";
import { act, type Context, type ExecCommand } from "./exec.ts";

const reloadHelp = { reload: "Start the daemon anew; traffic does not notice" } as const;

const daemon = act({
  syntax: "reload",
  help: reloadHelp,
  operation: reloadDaemon,
  input: (_, context) => confirmed(context),
  view: () => ["The daemon ends and is started again."],
});

const fastPath = act({
  syntax: "reload fast-path",
  help: { ...reloadHelp, "fast-path": "Start the fast path's process anew: a gap of a fraction of a second" },
  operation: reloadFastPath,
  input: (_, context) => confirmed(context),
  view: ({ pid, adoption }) => [
    `The fast path runs as process ${pid}; it goes on with ${number(adoption.subscribers)} subscribers, ` +
      `${number(adoption.breached)} of them in breach.`,
  ],
});

export const reloadCommands: readonly ExecCommand[] = [daemon, fastPath];

/** As IOS asks: Enter, or a word that begins with y. */
async function confirmed({ session }: Context): Promise<object | undefined> {
  const answer = await session.ask("Proceed with reload? [confirm]");
  return answer !== undefined && /^\s*(y.*)?$/i.test(answer) ? {} : undefined;
}
