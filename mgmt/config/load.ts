// What became of the startup file when it was read again.

import { type LineError, printLineError } from "../../cli/grammar/line-error.ts";
import { Sentence } from "../sentence.ts";
import type { Committed } from "./service.ts";
import { linesWrong } from "./wrong.ts";

export type LoadResult =
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

/** `inForce`: the revision that stays when the file is refused. */
export async function loadResult(
  file: string,
  inForce: () => number,
  reading: Promise<Committed>,
): Promise<LoadResult> {
  const refused = (why: string, errors: readonly LineError[] = []): LoadResult => {
    const text = `${file} was refused and revision ${inForce()} stays in force: ${why}`;
    return { outcome: "refused", refusal: { text, errors } };
  };
  try {
    const committed = await reading;
    if (committed.outcome === "wrong") return refused(linesWrong(committed.wrongLines), committed.errors);
    if (committed.outcome === "clash" || committed.outcome === "typed") throw new Error("A file is loaded whole.");
    return { outcome: committed.outcome, file, revision: committed.revision };
  } catch (error) {
    if (error instanceof Sentence) return refused(error.message);
    throw error;
  }
}

const told = {
  applied: "the fast path obeys it",
  unchanged: "as before",
  waiting: "it is good, and waits for a fast path",
};

/** For a person: a line, and of a refused file its wrong lines with a caret each. */
export function loadText(result: LoadResult): string {
  if (result.outcome !== "refused") {
    return `Configuration ${result.file}, revision ${result.revision}: ${told[result.outcome]}.`;
  }
  const { text, errors } = result.refusal;
  return [text, ...errors.map(printLineError)].join("\n");
}
