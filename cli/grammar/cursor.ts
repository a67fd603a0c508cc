// A line up to the cursor: what stands before the word that is being typed, and what could stand in its place.

import type { Facts } from "../../mgmt/config/service.ts";
import type { Command } from "./command.ts";
import { follow, keywordsFrom, type Mismatch } from "./match.ts";
import { type Language, type Prompt, partsOf } from "./prompt.ts";
import { keywordsAt, offered, type State, valuesAt } from "./states.ts";
import { endOf, wordsOf } from "./words.ts";

export interface Cursor {
  readonly states: readonly State[];
  /** What is typed of the word, its quote too; empty behind a blank. */
  readonly typed: string;
  /** Of the word, from 0. */
  readonly column: number;
}

/** Where the cursor stands when it is behind the text. */
export function cursorAt(language: Language, prompt: Prompt, text: string): Cursor | Mismatch {
  const parts = partsOf(language, prompt, text);
  const part = (parts.kind === "exec" ? parts.pipes.at(-1) : undefined) ?? parts.head;
  const found = cursorIn(part.commands, part.text);
  return { ...found, column: found.column + part.column };
}

function cursorIn(commands: readonly Command[], text: string): Cursor | Mismatch {
  const words = wordsOf(text);
  const last = words.at(-1);
  const isComment = !last && text.trim() !== "";
  if (isComment) return { states: [], typed: "", column: text.length };
  const column = last && endOf(last) === text.length ? last.column : text.length;
  const before = words.filter((word) => word.column < column);
  const states = follow(commands, text, before, false);
  if ("code" in states) return states;
  return restAround(states, text) ?? { states, typed: text.slice(column), column };
}

/** The cursor, if it is in an argument that is the rest of the line. */
function restAround(states: readonly State[], text: string): Cursor | undefined {
  for (const state of states) {
    const token = state.route[state.next - 1];
    if (!token || !("type" in token) || !token.type.isRest) continue;
    const column = state.columns[token.name] ?? text.length;
    return { states: [{ ...state, next: state.next - 1 }], typed: text.slice(column), column };
  }
  return undefined;
}

/** The keywords that could stand there, in order. */
export function keywordsTo({ states, typed }: Cursor): string[] {
  return keywordsFrom(typed, keywordsAt(offered(states))).sort(byName);
}

/** The values that exist now and could stand there, as they are typed, in order. */
export function valuesTo({ states, typed }: Cursor, facts: Facts): string[] {
  const values = valuesAt(states).flatMap(({ state: { command }, token }) =>
    (command.suggest?.[token.name]?.(facts) ?? []).map((value) => token.type.print(value)),
  );
  return [...new Set(values)].filter((value) => value.startsWith(typed)).sort(byName);
}

const { compare: byName } = new Intl.Collator("en", { numeric: true });
