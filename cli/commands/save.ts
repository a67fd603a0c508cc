// Saving the configuration, and reading what was saved.

import { loadStartup, saveConfiguration } from "../../mgmt/operations/configuration.ts";
import { outcomeLines, refusalText } from "../views/configuration.ts";
import { act, type ExecCommand } from "./exec.ts";

const copyHelp = {
  copy: "Copy one configuration over the other",
  "running-config": "The configuration in force",
  "startup-config": "The configuration that a restart of the machine begins with",
};

const copyToStartup = act({
  operation: saveConfiguration,
  syntax: "copy running-config startup-config",
  help: copyHelp,
  input: () => ({}),
  view: ({ bytes }) => [`${bytes} bytes were written`, "[OK]"],
});

const writeMemory = act({
  operation: saveConfiguration,
  syntax: "write [memory]",
  help: { write: "Save or show the configuration", memory: "Save the one in force" },
  input: () => ({}),
  view: () => ["Building configuration...", "[OK]"],
});

const copyToRunning = act({
  operation: loadStartup,
  syntax: "copy startup-config running-config",
  help: copyHelp,
  input: () => ({}),
  refusal: refusalText,
  view: (committed) => outcomeLines(committed, null),
});

export const saveCommands: readonly ExecCommand[] = [copyToStartup, writeMemory, copyToRunning];
