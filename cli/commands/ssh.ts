// SSH: who is connected, how it is set up, and the keys that the appliance shows.

import { renewHostKeys } from "../../mgmt/operations/ssh.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { hostKeyLines, settingsLines, sshLines } from "../views/ssh.ts";
import { act, type Context, type ExecCommand, show } from "./exec.ts";
import { showHelp } from "./help.ts";

const ssh = show({
  syntax: "show ssh",
  help: { ...showHelp, ssh: "Who is connected by SSH, the host keys and the algorithms" },
  level: 5,
  query({ appliance }) {
    const { connections, hostKeys } = appliance.ssh();
    return { connections, hostKeys };
  },
  view: sshLines,
});

const settings = show({
  syntax: "show ip ssh",
  help: { ...showHelp, ip: "The Internet Protocol", ssh: "How SSH is set up" },
  level: 5,
  query({ appliance }) {
    const { settings, alarms } = appliance.ssh();
    return { settings, alarms };
  },
  view: settingsLines,
});

const generate = act({
  syntax: "ip ssh key generate",
  help: {
    ip: "The Internet Protocol",
    ssh: "People who come in by SSH",
    key: "What the appliance shows that it is itself",
    generate: "Make new keys in place of all: every client must be told that they are ours",
  },
  operation: renewHostKeys,
  input: (_, context) => confirmed(context),
  view: (hostKeys) => ["Who connects from now on is shown these:", ...hostKeyLines(hostKeys)],
});

export const sshCommands: readonly ExecCommand[] = [ssh, settings, generate];

/** Rejects with a Sentence when the answer is not yes, or there is none. */
async function confirmed({ session }: Context): Promise<object> {
  const answer = await session.ask("Every client will warn of a changed host key. Replace the host keys? [yes/no]: ");
  if (answer !== undefined && /^\s*y(es)?\s*$/i.test(answer)) return {};
  throw new Sentence("It was not confirmed: the host keys stay.");
}
