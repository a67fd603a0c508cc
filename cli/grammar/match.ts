// Matches a line's words against commands: unique abbreviations at every word, and where the line goes wrong.

import type { Command } from "./command.ts";
import { afterKeyword, isComplete, keywordsAt, type State, startOf, take, valuesAt } from "./states.ts";
import type { Word } from "./words.ts";

export interface Match<C extends Command = Command> {
  readonly command: C;
  readonly args: Readonly<Record<string, unknown>>;
  /** Where each argument was typed. */
  readonly columns: Readonly<Record<string, number>>;
}

export interface Mismatch<C extends Command = Command> {
  readonly code: "invalid-input" | "incomplete-command" | "ambiguous-command";
  /** Of the first wrong word, or of the first missing one; from 0. */
  readonly column: number;
  /** A sentence: what could stand there. */
  readonly hint: string;
  /** The commands that the words before it allowed. */
  readonly candidates: readonly C[];
}

type Step<C extends Command> = { readonly states: State<C>[] } | Pick<Mismatch, "code" | "hint">;

export function match<C extends Command>(commands: readonly C[], words: readonly Word[]): Match<C> | Mismatch<C> {
  let states = startOf(commands);
  for (const word of words) {
    const step = advance(states, word);
    if ("code" in step) return { ...step, column: word.column, candidates: commandsOf(states) };
    states = step.states;
  }
  const complete = states.find(isComplete);
  if (complete) return complete;
  return {
    code: "incomplete-command",
    column: columnAfter(words),
    hint: expected(states),
    candidates: commandsOf(states),
  };
}

/** Whether the words begin some of the commands, if only as ambiguous abbreviations. */
export function begin(commands: readonly Command[], words: readonly Word[]): boolean {
  let states = startOf(commands);
  for (const word of words) {
    const step = advance(states, word);
    if ("code" in step) return step.code === "ambiguous-command";
    states = step.states;
  }
  return true;
}

function advance<C extends Command>(states: readonly State<C>[], word: Word): Step<C> {
  const keywords = word.quoted ? [] : abbreviatedBy(word.text, keywordsAt(states));
  if (keywords.length > 1) return { code: "ambiguous-command", hint: `It could be ${oneOf(keywords)}.` };
  if (keywords[0] !== undefined) return { states: afterKeyword(states, keywords[0], word.column) };

  const readings = valuesAt(states).map(({ state, token }) => ({ state, reading: token.type.read(word.text) }));
  const accepted = readings.flatMap(({ state, reading }) =>
    reading && "value" in reading ? take(state, reading.value, word.column) : [],
  );
  if (accepted.length > 0) return { states: accepted };
  const refusals = readings.flatMap(({ reading }) => (reading && "refusal" in reading ? [reading.refusal] : []));
  return { code: "invalid-input", hint: refusals[0] ?? expected(states) };
}

/** The keywords that the text may stand for: the one it spells out, else all that it begins. */
function abbreviatedBy(text: string, keywords: readonly string[]): string[] {
  const typed = text.toLowerCase();
  const exact = keywords.filter((keyword) => keyword.toLowerCase() === typed);
  return exact.length > 0 ? exact : keywords.filter((keyword) => keyword.toLowerCase().startsWith(typed));
}

function expected(states: readonly State[]): string {
  const values = valuesAt(states).map(({ token }) => token.type.expected);
  const phrases = [...new Set([...keywordsAt(states), ...values])];
  return phrases.length > 0 ? `Expected ${oneOf(phrases)}.` : "Nothing can follow here.";
}

function oneOf(phrases: readonly string[]): string {
  return new Intl.ListFormat("en-GB", { type: "disjunction" }).format(phrases);
}

function commandsOf<C extends Command>(states: readonly State<C>[]): C[] {
  return [...new Set(states.map(({ command }) => command))];
}

function columnAfter(words: readonly Word[]): number {
  const last = words.at(-1);
  return last ? last.column + last.text.length + (last.quoted ? 3 : 1) : 0;
}
