// What was typed behind bars, as filters.

import { RE2JS } from "re2js";
import { Sentence } from "../../mgmt/sentence.ts";
import type { Pipe, PipeArguments } from "../commands/pipes.ts";
import type { Match } from "../grammar/match.ts";
import { begin, count, exclude, type Filter, include, section, type Test } from "./filters.ts";
import type { Printing } from "./printing.ts";

/** Characters of a pattern. */
const PATTERN_MAX = 256;

const filters: Readonly<Record<Exclude<Pipe["name"], "json">, (test: Test) => Filter>> = {
  include,
  exclude,
  begin,
  section,
  count,
};

/** Throws a Sentence. */
export function printingOf(pipes: readonly Match<Pipe>[]): Printing {
  const json = pipes[0]?.command.name === "json";
  return { json, filters: pipes.slice(json ? 1 : 0).map(filterOf) };
}

function filterOf({ command: { name }, args }: Match<Pipe>): Filter {
  if (name === "json") throw new Sentence('"| json" comes first: behind a filter there are only lines.');
  return filters[name](matching((args as PipeArguments).pattern ?? ""));
}

/** A regular expression, as RE2 knows them: it takes time in proportion to the line, whatever the pattern. */
function matching(pattern: string): Test {
  if (pattern.length > PATTERN_MAX) throw new Sentence(`A pattern has at most ${PATTERN_MAX} characters.`);
  try {
    const compiled = RE2JS.compile(pattern);
    return (line) => compiled.test(line);
  } catch {
    throw new Sentence(`"${pattern}" is no regular expression: put \\ before a character that stands for itself.`);
  }
}
