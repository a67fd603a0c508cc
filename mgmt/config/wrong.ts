// Lines that are wrong, for a person.

import type { LineError } from "../../cli/grammar/line-error.ts";
import { number, printable } from "../words.ts";

/** `2 lines are wrong.` */
export function linesWrong(count: number): string {
  return count === 1 ? "one line is wrong." : `${number(count)} lines are wrong.`;
}

/** `2 lines are wrong, the first is line 3, "no such line".` */
export function wrongLinesText(errors: readonly LineError[], count = errors.length): string {
  const [first] = errors;
  if (!first) return linesWrong(0);
  const line = `line ${first.line}, "${printable(first.text.trim())}"`;
  return count === 1 ? `${line}, is wrong.` : `${number(count)} lines are wrong, the first is ${line}.`;
}
