// Reads a program's arguments.

import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { Sentence } from "./sentence.ts";

/** The values of the options; nothing else may be given. `help` says where they are explained. Throws a Sentence. */
export function readArguments<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  help: string,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    // "Unknown option '--x'. To specify a positional ..."
    const [what] = (error as Error).message.split(/[.\n]/);
    throw new Sentence(`${what}: see ${help}.`);
  }
}
