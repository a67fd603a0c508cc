// What people did.

import { auditLines } from "../views/audit.ts";
import { type ExecCommand, show } from "./exec.ts";
import { showHelp } from "./help.ts";

const COUNT_MAX = 1000;
const COUNT_DEFAULT = 20;

const audit = show({
  syntax: `show audit [count <count:1-${COUNT_MAX}>]`,
  help: {
    ...showHelp,
    audit: "Who changed or did what, and what came of it",
    count: "How far back",
    "<count>": "Entries (default 20)",
  },
  level: 5,
  query: ({ appliance }, { count = COUNT_DEFAULT }) => appliance.audit(count),
  view: auditLines,
});

export const auditCommands: readonly ExecCommand[] = [audit];
