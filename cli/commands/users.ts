// Who uses the appliance now.

import { userLines } from "../views/users.ts";
import { type ExecCommand, show } from "./exec.ts";
import { showHelp } from "./help.ts";

const users = show({
  syntax: "show users",
  help: { ...showHelp, users: "Who is here now" },
  level: 5,
  query: ({ appliance }) => appliance.sessions(),
  view: (sessions, _, { actor, now }) => userLines(sessions, actor.session, now()),
});

export const userCommands: readonly ExecCommand[] = [users];
