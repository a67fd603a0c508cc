// What a typed line means where it was typed.

import type { Facts } from "../../mgmt/config/service.ts";
import { cliText } from "../../mgmt/errors.ts";
import type { Level } from "../../mgmt/level.ts";
import { EXEC, type ExecCommand } from "../commands/exec.ts";
import { CONFIGURE_LEVEL, type Line } from "../grammar/command.ts";
import type { LineError } from "../grammar/line-error.ts";
import { begins, type Mismatch, match } from "../grammar/match.ts";
import type { CommandTable } from "../grammar/table.ts";
import { type Word, wordsOf } from "../grammar/words.ts";
import { NO_PIPES, type Pipes, pipesOf } from "./pipes.ts";
import type { Place } from "./place.ts";

/** What completes a word, or the words that it could become. */
export interface Completion {
  /** Put behind what was typed. */
  readonly insert: string;
  readonly choices: readonly string[];
}

export interface Tables {
  readonly exec: CommandTable<ExecCommand>;
  readonly configuration: CommandTable<Line>;
}

/** A line that can be obeyed. */
export type Statement =
  | { readonly kind: "exec"; readonly command: ExecCommand; readonly args: never; readonly pipes: Pipes }
  /** `depth`: how many modes stay open before it does what it does. */
  | { readonly kind: "line"; readonly line: Line; readonly depth: number };

export type Reading = { readonly statement: Statement } | { readonly error: LineError } | undefined;

/** Undefined: a blank line, or a comment. */
export function readLine(tables: Tables, place: Place, level: Level, text: string): Reading {
  const words = wordsOf(text);
  const [first] = words;
  if (!first) return undefined;
  if (place.modes[0] === EXEC) return readExec(tables, level, text, words);
  if (/^do$/i.test(first.text)) return readExec(tables, level, text, words.slice(1));
  return readConfiguration(tables, place, level, text, words);
}

function readExec({ exec }: Tables, level: Level, text: string, words: readonly Word[]): Reading {
  const pipe = words.findIndex(({ text, quoted }) => !quoted && text.startsWith("|"));
  const commands = exec.commandsIn(EXEC).filter((command) => command.level <= level);
  const found = match(commands, text, pipe < 0 ? words : words.slice(0, pipe));
  if ("code" in found) return { error: errorOf(found, text) };
  const { command, args } = found;
  const pipes = pipe < 0 ? NO_PIPES : pipesOf(text.slice((words[pipe] as Word).column));
  return { statement: { kind: "exec", command, args: args as never, pipes } };
}

function readConfiguration(
  { configuration }: Tables,
  { modes }: Place,
  level: Level,
  text: string,
  words: readonly Word[],
): Reading {
  if (level < CONFIGURE_LEVEL) return undefined;
  const innermost = modes.findLastIndex((mode) => begins(configuration.commandsIn(mode), text, words));
  const open = innermost < 0 ? modes.toReversed() : modes.slice(innermost, innermost + 1);
  const found = match(
    open.flatMap((mode) => configuration.commandsIn(mode)),
    text,
    words,
  );
  if ("code" in found) return { error: errorOf(found, text) };
  return { statement: { kind: "line", line: found.command, depth: innermost + 1 } };
}

function errorOf({ code, hint, column }: Mismatch, text: string): LineError {
  const message = code === "ambiguous-command" ? cliText(code, text.trim()) : cliText(code);
  return { line: 1, text, code, message, hint, column };
}

export interface Asked {
  readonly tables: Tables;
  readonly place: Place;
  readonly level: Level;
  readonly facts: Facts;
}

export function helpFor(_asked: Asked, _text: string): string[] {
  return [];
}

export function completionOf(_asked: Asked, _text: string): Completion {
  return { insert: "", choices: [] };
}
