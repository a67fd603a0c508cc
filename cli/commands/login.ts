// Logins from elsewhere: what is done against those who guess, and who failed.

import { failureLines, loginLines } from "../views/login.ts";
import { type ExecCommand, show } from "./exec.ts";
import { showHelp } from "./help.ts";

const loginHelp = {
  ...showHelp,
  login: "What is done against those who guess passwords, and who is not let in",
} as const;

const login = show({
  syntax: "show login",
  help: loginHelp,
  level: 5,
  query: ({ appliance }) => appliance.logins.gate(),
  view: loginLines,
});

const failures = show({
  syntax: "show login failures",
  help: { ...loginHelp, failures: "Whose logins failed lately, from where, and how often" },
  level: 5,
  query: ({ appliance }) => appliance.logins.refusals(),
  view: failureLines,
});

export const loginCommands: readonly ExecCommand[] = [login, failures];
