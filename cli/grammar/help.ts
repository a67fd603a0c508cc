// What `?` shows.

import type { Facts } from "../../mgmt/config/service.ts";
import { type Cursor, cursorAt, keywordsTo, valuesTo } from "./cursor.ts";
import { expected, type Mismatch } from "./match.ts";
import type { Language, Prompt } from "./prompt.ts";
import { isComplete, keywordsAt, type State, valuesAt } from "./states.ts";

export interface HelpEntry {
  /** A keyword; `WORD`, `<1-199>` and the like for a value; a value that exists now; `<cr>`: the line can end here. */
  readonly word: string;
  /** Empty for a value that exists, and for `<cr>`. */
  readonly help: string;
}

export interface Help {
  /** A word is being typed: the entries are what it could become. */
  readonly isPartial: boolean;
  readonly entries: readonly HelpEntry[];
}

/** What can follow the text, which ends at the cursor. */
export function helpAt(language: Language, prompt: Prompt, text: string, facts: Facts): Help | Mismatch {
  const cursor = cursorAt(language, prompt, text);
  if ("code" in cursor) return cursor;
  const { states, typed, column } = cursor;
  const isPartial = typed !== "";
  const keywords = keywordEntries(cursor);
  const values = isPartial && keywords.length > 0 ? [] : valueEntries(cursor, facts);
  const entries = [...keywords, ...values, ...(isPartial ? [] : endEntries(states))];
  if (isPartial && entries.length === 0) {
    return { code: "invalid-input", column, hint: expected(states), candidates: [], secretColumn: undefined };
  }
  return { isPartial, entries };
}

function endEntries(states: readonly State[]): HelpEntry[] {
  const complete = states.find(isComplete);
  if (!complete) return [];
  const pipe = { word: "|", help: "Filter the answer" };
  return [...(complete.command.takesPipes ? [pipe] : []), { word: "<cr>", help: "" }];
}

function keywordEntries(cursor: Cursor): HelpEntry[] {
  // Of commands that share a word, the first one's help: the last that is put into the map stays.
  const helps = cursor.states
    .toReversed()
    .flatMap((state) => keywordsAt([state]).map((word) => [word, state.command.help[word] ?? ""] as const));
  const helpOf = new Map(helps);
  return keywordsTo(cursor).map((word) => ({ word, help: helpOf.get(word) ?? "" }));
}

function valueEntries(cursor: Cursor, facts: Facts): HelpEntry[] {
  const forms = valuesAt(cursor.states).flatMap(({ state: { command }, token }) =>
    token.type.forms.map((word) => ({ word, help: token.type.help?.[word] ?? command.help[`<${token.name}>`] ?? "" })),
  );
  const different = new Map(forms.map((entry) => [entry.word, entry]));
  const live = valuesTo(cursor, facts).filter((word) => !different.has(word));
  return [...different.values(), ...live.map((word) => ({ word, help: "" }))];
}
