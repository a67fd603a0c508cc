// The log.

import { clearLog } from "../../mgmt/operations/log.ts";
import { followedLines, loggingLines } from "../views/logging.ts";
import { act, type ExecCommand, show } from "./exec.ts";
import { showHelp } from "./help.ts";

const logging = show({
  syntax: "show logging",
  help: { ...showHelp, logging: "Where the log goes, and its latest lines" },
  level: 5,
  query: ({ appliance }) => appliance.log.status(),
  view: loggingLines,
});

const clearLogging = act({
  syntax: "clear logging",
  help: { clear: "Begin anew", logging: "The lines of the log that are kept in memory" },
  operation: clearLog,
  input: () => ({}),
});

const monitorEvents = show({
  syntax: "monitor events",
  help: { monitor: "Watch as it happens", events: "What the log tells, until Ctrl-C" },
  level: 5,
  query: ({ appliance, signal }) => appliance.log.follow(signal),
  view: followedLines,
});

export const loggingCommands: readonly ExecCommand[] = [logging, clearLogging, monitorEvents];
