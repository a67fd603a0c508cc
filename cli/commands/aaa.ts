// The servers that say who somebody is, and are told what he does.

import { serverLines } from "../views/aaa.ts";
import { type ExecCommand, show } from "./exec.ts";
import { showHelp } from "./help.ts";

const servers = show({
  syntax: "show aaa servers",
  help: { ...showHelp, aaa: "Servers of logins and accounting", servers: "How they answer" },
  level: 5,
  query: ({ appliance }) => appliance.aaaServers(),
  view: serverLines,
});

export const aaaCommands: readonly ExecCommand[] = [servers];
