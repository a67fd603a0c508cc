// What can be typed behind a bar.

import type { Command } from "../grammar/command.ts";
import { type Arguments, type HelpWords, routesOf } from "../grammar/syntax.ts";

/** The mode of these commands. */
export const PIPE = "pipe";

export interface Pipe extends Command {
  readonly name: "json" | "count" | "include" | "exclude" | "begin" | "section";
}

const PATTERN = "<pattern:LINE>";
const patternHelp = { "<pattern>": "A regular expression" };

export const pipeCommands: readonly Pipe[] = [
  pipe("json", "json", { json: "The data, as JSON" }),
  pipe("count", "count", { count: "Only the number of lines" }),
  pipe("include", `include ${PATTERN}`, { include: "Only lines that match", ...patternHelp }),
  pipe("exclude", `exclude ${PATTERN}`, { exclude: "Only lines that do not match", ...patternHelp }),
  pipe("begin", `begin ${PATTERN}`, { begin: "From the first line that matches", ...patternHelp }),
  pipe("section", `section ${PATTERN}`, { section: "Lines that match, with those indented below", ...patternHelp }),
];

/** The arguments of every pipe. */
export type PipeArguments = Partial<Arguments<typeof PATTERN>>;

function pipe<const Syntax extends string>(
  name: Pipe["name"],
  syntax: Syntax,
  help: Readonly<Record<HelpWords<Syntax>, string>>,
): Pipe {
  return { name, mode: PIPE, syntax, help, level: 0, routes: routesOf(syntax) };
}
