// What the commands of `postern` have in common.

import { readArguments } from "../../mgmt/arguments.ts";
import { BREACHES_MAX } from "../../mgmt/local/protocol.ts";
import { DEFAULT_RUN_DIRECTORY } from "../../mgmt/paths.ts";
import { Sentence } from "../../mgmt/sentence.ts";

export const usage = `postern: the command line of the Postern appliance

  postern console    the appliance's command line: type ? for help; of a file that is piped in, every line is obeyed, and it
                     ends with 1 when one was refused
  postern exec "LINE"... | -
                     lines of it, such as "show version", or those of standard input: obeyed in one session, until one is
                     refused; it ends with 1 then
  postern status     how the appliance is: links, ports, tables, counters, who is in breach
  postern breaches   who was in breach, the latest first
  postern load       has the running daemon read the startup file and obey it (to restart the daemon:
                     "reload" at the command line)
  postern capture FILE.pcapng [OPTION...]
                     packets as they pass, with what became of each (postern capture --help)
  postern replay FILE.pcap --config FILE
                     what the engine makes of a capture

  --json             raw data instead of text
  --yes              of exec: what asks to be confirmed is; other questions are answered by standard input
  --run-dir DIR      where the daemon is met (default ${DEFAULT_RUN_DIRECTORY})
  --count N          how many breaches (default 20)
`;

export interface CommandOptions {
  readonly runDirectory: string;
  readonly json: boolean;
  readonly count: number;
}

export interface Printed {
  /** Without its last newline. */
  readonly text: string;
  /** The command did not do what was asked: its exit status is 1. */
  readonly failed?: boolean;
}

/** Rejects with a Sentence. */
export type Command = (options: CommandOptions) => Promise<Printed>;

const options = {
  "run-dir": { type: "string", default: DEFAULT_RUN_DIRECTORY },
  count: { type: "string", default: "20" },
  json: { type: "boolean", default: false },
} as const;

/** Throws a Sentence. */
export function optionsOf(args: readonly string[]): CommandOptions {
  const values = readArguments(args, options, "postern --help");
  const count = Number(values.count);
  if (!Number.isInteger(count) || count < 1 || count > BREACHES_MAX) {
    throw new Sentence(`--count is a number from 1 to ${BREACHES_MAX}.`);
  }
  return { runDirectory: values["run-dir"], json: values.json, count };
}

/** Data as `--json` prints it. */
export function printJson(data: unknown): Printed {
  return { text: JSON.stringify(data, undefined, 2) };
}
