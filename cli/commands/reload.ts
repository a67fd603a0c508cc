// Starting a part of the appliance anew.

import { reloadDaemon, reloadFastPath } from "../../mgmt/operations/restart.ts";
import { Sentence } from "../../mgmt/sentence.ts";
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

/** As IOS asks: Enter, or a word that begins with y. Rejects with a Sentence when the answer is another, or there is none. */
async function confirmed({ session }: Context): Promise<object> {
  const answer = await session.ask("Proceed with reload? [confirm]");
  if (answer !== undefined && /^\s*(y.*)?$/i.test(answer)) return {};
  throw new Sentence("It was not confirmed: nothing is restarted.");
}
