// The daemon's command line.

import { resolve } from "node:path";
import type { AppOptions } from "./app.ts";
import { readArguments } from "./arguments.ts";
import { DEFAULT_CONFIGURATION, DEFAULT_RUN_DIRECTORY, DEFAULT_STATE_DIRECTORY } from "./paths.ts";
import { Sentence } from "./sentence.ts";

export const usage = `The daemon of Postern: configures the fast path and records what it saw.

node mgmt/main.ts [--run-dir DIR] [--state-dir DIR] [--config FILE]

  --run-dir DIR    where it meets the fast path and answers questions (default ${DEFAULT_RUN_DIRECTORY})
  --state-dir DIR  what it must not forget (default ${DEFAULT_STATE_DIRECTORY})
  --config FILE    the configuration, read at the start and at SIGHUP (default ${DEFAULT_CONFIGURATION})

Started as root it becomes user postern, who must be able to read FILE.
`;

const options = {
  "run-dir": { type: "string", default: DEFAULT_RUN_DIRECTORY },
  "state-dir": { type: "string", default: DEFAULT_STATE_DIRECTORY },
  config: { type: "string", default: DEFAULT_CONFIGURATION },
  help: { type: "boolean", default: false },
} as const;

/** Undefined: the usage is asked for. Throws a Sentence. */
export function optionsOf(args: readonly string[]): AppOptions | undefined {
  const { help, ...paths } = readArguments(args, options, "node mgmt/main.ts --help");
  if (help) return undefined;
  for (const [name, path] of Object.entries(paths)) {
    if (path === "" || path.includes("\0")) throw new Sentence(`--${name} needs a path.`);
  }
  return {
    runDirectory: resolve(paths["run-dir"]),
    stateDirectory: resolve(paths["state-dir"]),
    configuration: resolve(paths.config),
  };
}
