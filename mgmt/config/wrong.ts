// Lines that are wrong, for a person.

import { type LineError, printLineError } from "../../cli/grammar/line-error.ts";
import { number } from "../words.ts";

/** `2 lines are wrong.` */
export function linesWrong(count: number): string {
  return count === 1 ? "one line is wrong." : `${number(count)} lines are wrong.`;
}

/** How many are wrong, and the first of them with a caret each. */
export function wrongText({ errors, wrongLines }: { errors: readonly LineError[]; wrongLines: number }): string {
  return [linesWrong(wrongLines), ...errors.map(printLineError)].join("\n");
}
