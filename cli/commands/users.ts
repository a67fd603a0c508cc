// Who uses the appliance now.

import { endSession } from "../../mgmt/operations/session.ts";
import { userLines } from "../views/users.ts";
import { act, type ExecCommand, show } from "./exec.ts";
import { showHelp } from "./help.ts";

const users = show({
  syntax: "show users",
  help: { ...showHelp, users: "Who is here now" },
  level: 5,
  query: ({ appliance }) => appliance.sessions(),
  view: (sessions, _, { actor, now }) => userLines(sessions, actor.session, now()),
});

const clearLine = act({
  syntax: "clear line <line:1-2147483647>",
  help: {
    clear: "Begin anew",
    line: "End somebody's session, and all others of his connection",
    "<line>": 'As "show users" has it',
  },
  operation: endSession,
  input: ({ line }) => ({ number: line }),
});

export const userCommands: readonly ExecCommand[] = [users, clearLine];
