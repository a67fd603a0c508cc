// What became of a configuration file that was read.

import { type LineError, printLineError } from "../../cli/grammar/line-error.ts";
import { number } from "../words.ts";

export type ReloadResult =
  /** `waiting`: good, and given to the fast path as soon as there is one. */
  | { readonly outcome: "applied" | "unchanged" | "waiting"; readonly file: string; readonly revision: number }
  | { readonly outcome: "refused"; readonly refusal: Refusal };

/** Why a configuration file is not obeyed. */
export interface Refusal {
  /** One sentence. */
  readonly text: string;
  /** The first wrong lines, if it is they. */
  readonly errors: readonly LineError[];
}

const told = {
  applied: "the fast path obeys it",
  unchanged: "as before",
  waiting: "it is good, and waits for a fast path",
};

/** For a person: a line, and of a refused file its wrong lines with a caret each. */
export function reloadText(result: ReloadResult): string {
  if (result.outcome !== "refused") {
    return `Configuration ${result.file}, revision ${result.revision}: ${told[result.outcome]}.`;
  }
  const { text, errors } = result.refusal;
  return [text, ...errors.map(printLineError)].join("\n");
}

/** `2 lines are wrong.` */
export function linesWrong(count: number): string {
  return count === 1 ? "one line is wrong." : `${number(count)} lines are wrong.`;
}
