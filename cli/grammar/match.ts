// Matches a line's words against commands: unique abbreviations at every word, and where the line goes wrong.

import type { Reading } from "./argument-types.ts";
import type { Command } from "./command.ts";
import { secretColumnAt } from "./shown.ts";
import { afterKeyword, isComplete, keywordsAt, offered, type State, startOf, take, valuesAt } from "./states.ts";
import type { ValueToken } from "./syntax.ts";
import { endOf, type Word, wordsOf } from "./words.ts";

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
  /** Of the first word that is a secret, or may be one. */
  readonly secretColumn: number | undefined;
}

interface Advance<C extends Command> {
  readonly states: readonly State<C>[];
  /** The value was the rest of the line. */
  readonly tookRest: boolean;
}

/** `a, b or c`. */
const oneOf = new Intl.ListFormat("en-GB", { type: "disjunction" });

type Refusal = Pick<Mismatch, "code" | "hint">;

/** Matches a line; `words` are its words. */
export function match<C extends Command>(
  commands: readonly C[],
  text: string,
  words: readonly Word[] = wordsOf(text),
): Match<C> | Mismatch<C> {
  const states = follow(commands, text, words);
  if ("code" in states) return states;
  const complete = states.find(isComplete);
  if (complete) return { ...complete, args: { ...complete.command.defaults, ...complete.args } };
  const column = columnAfter(words);
  return { code: "incomplete-command", hint: expected(states), ...wrongAt(states, column) };
}

/**
 * Where the first words of a line lead; behind an argument that is the rest of it, they are no words. `isTyped`: the line is
 * whole; else nobody knows what that argument will be.
 */
export function follow<C extends Command>(
  commands: readonly C[],
  text: string,
  words: readonly Word[],
  isTyped = true,
): readonly State<C>[] | Mismatch<C> {
  let states = startOf(commands);
  for (const word of words) {
    const step = advance(states, word, text, isTyped);
    if ("code" in step) return { ...step, ...wrongAt(states, word.column) };
    states = step.states;
    if (step.tookRest) break;
  }
  return states;
}

/** Whether the head of a line begins some of the commands, if only as an ambiguous abbreviation. */
export function begins(commands: readonly Command[], text: string, words: readonly Word[]): boolean {
  const found = follow(commands, text, headOf(words));
  return !("code" in found) || found.code === "ambiguous-command";
}

/** The words that say what a line is about: the first, or with `no` and `default` the first two. */
function headOf(words: readonly Word[]): readonly Word[] {
  return words.slice(0, /^(no|default)$/i.test(words[0]?.text ?? "") ? 2 : 1);
}

function advance<C extends Command>(
  states: readonly State<C>[],
  word: Word,
  text: string,
  isTyped: boolean,
): Advance<C> | Refusal {
  const keywords = word.quoted ? [] : abbreviatedBy(word.text, states);
  if (keywords.length > 1) return { code: "ambiguous-command", hint: `It could be ${oneOf.format(keywords)}.` };
  if (keywords[0] !== undefined) {
    return { states: afterKeyword(states, keywords[0], word.column), tookRest: false };
  }
  const readings = valuesAt(states).map(({ state, token }) => ({
    ...{ state, token },
    reading: isTyped || !token.type.isRest ? read(token, word, text) : { value: undefined },
  }));
  const accepted = readings.flatMap(({ state, reading }) =>
    reading && "value" in reading ? take(state, reading.value, word.column) : [],
  );
  if (accepted.length > 0) return { states: accepted, tookRest: readings.some(({ token }) => token.type.isRest) };
  const refusals = readings.flatMap(({ reading }) => (reading && "refusal" in reading ? [reading.refusal] : []));
  return { code: "invalid-input", hint: refusals[0] ?? expected(states) };
}

function read({ type }: ValueToken, word: Word, text: string): Reading<unknown> {
  return type.read(type.isRest ? text.slice(word.column).trimEnd() : word.text);
}

/** The keywords that the text may stand for: the one it spells out, else all that it begins. */
function abbreviatedBy(text: string, states: readonly State[]): string[] {
  const typed = text.toLowerCase();
  const exact = keywordsAt(states).filter((keyword) => keyword.toLowerCase() === typed);
  return exact.length > 0 ? exact : keywordsFrom(typed, keywordsAt(offered(states)));
}

/** The keywords that the text begins. */
export function keywordsFrom(text: string, keywords: readonly string[]): string[] {
  const typed = text.toLowerCase();
  return keywords.filter((keyword) => keyword.toLowerCase().startsWith(typed));
}

/** A sentence: what could stand at the states. */
export function expected(states: readonly State[]): string {
  const values = valuesAt(states).map(({ token }) => token.type.expected);
  const phrases = [...new Set([...keywordsAt(offered(states)), ...values])];
  return phrases.length > 0 ? `Expected ${oneOf.format(phrases)}.` : "Nothing can follow here.";
}

function wrongAt<C extends Command>(states: readonly State<C>[], column: number) {
  const candidates = [...new Set(states.map(({ command }) => command))];
  return { column, candidates, secretColumn: secretColumnAt(states, column) };
}

function columnAfter(words: readonly Word[]): number {
  const last = words.at(-1);
  return last ? endOf(last) + 1 : 0;
}
