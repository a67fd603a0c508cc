// What Tab does.

import type { Facts } from "../../mgmt/config/service.ts";
import { cursorAt, keywordsTo, valuesTo } from "./cursor.ts";
import type { Language, Prompt } from "./prompt.ts";
import { isComplete, valuesAt } from "./states.ts";

export interface Completion {
  /** From this column to the cursor, `text` takes the place of what is typed. */
  readonly column: number;
  /** The one word and a blank, or what all candidates begin with; as it is typed if that is nothing new. */
  readonly text: string;
  /** The words that it could become; none: nothing that is known. */
  readonly candidates: readonly string[];
}

/** Completes the word that the text, which ends at the cursor, ends with. */
export function completeAt(language: Language, prompt: Prompt, text: string, facts: Facts): Completion {
  const cursor = cursorAt(language, prompt, text);
  if ("code" in cursor) return { column: text.length, text: "", candidates: [] };
  const { states, typed, column } = cursor;
  const candidates = [...keywordsTo(cursor), ...valuesTo(cursor, facts)];
  const [first] = candidates;
  if (first === undefined) return { column, text: typed, candidates };
  const isChoice = typed === "" && (states.some(isComplete) || valuesAt(states).length > 0);
  if (candidates.length === 1) return { column, text: isChoice ? typed : `${first} `, candidates };
  const start = commonStart(candidates);
  return { column, text: start.length > typed.length ? start : typed, candidates };
}

function commonStart([first = "", ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
