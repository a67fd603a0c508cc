// What was typed behind `|`.

import { RE2JS } from "re2js";
import { Sentence } from "../../mgmt/sentence.ts";
import { begin, count, exclude, type Filter, include, section, type Test } from "./filters.ts";

/** Characters of a pattern. */
const PATTERN_MAX = 256;

/** A regular expression, as RE2 knows them: it takes time in proportion to the line, whatever the pattern. Throws a Sentence. */
export function patternTest(pattern: string): Test {
  if (pattern.length > PATTERN_MAX) throw new Sentence(`A pattern has at most ${PATTERN_MAX} characters.`);
  try {
    const compiled = RE2JS.compile(pattern);
    return (line) => compiled.test(line);
  } catch (error) {
    throw new Sentence(`"${pattern}" is no regular expression: ${(error as Error).message}.`);
  }
}

export interface Pipes {
  readonly json: boolean;
  readonly filters: readonly Filter[];
}

export const NO_PIPES: Pipes = { json: false, filters: [] };

export function pipesOf(text: string): Pipes {
  const pipes = text
    .split(/\s*\|\s+/)
    .slice(1)
    .map((each) => each.trim());
  const filters = pipes
    .filter((each) => each !== "json")
    .map((each) => {
      const [word = "", ...rest] = each.split(" ");
      const make = { include, exclude, begin, section, count }[word];
      if (!make) throw new Sentence(`There is no pipe ${word}.`);
      return make(patternTest(rest.join(" ")));
    });
  return { json: pipes.includes("json"), filters };
}
