// Reads the text of a configuration through the table of its lines: all of it, or none.

import { isDeepStrictEqual } from "node:util";
import type { Line, Rendered } from "../../cli/grammar/command.ts";
import type { LineError } from "../../cli/grammar/line-error.ts";
import { readLines, type Statement } from "../../cli/grammar/reader.ts";
import { cliText } from "../errors.ts";
import { type Candidate, type Configuration, emptyConfiguration } from "./configuration.ts";
import type { Problem } from "./problems.ts";
import { linesOf } from "./render.ts";
import { configurationTable } from "./table.ts";
import { validateConfiguration } from "./validate.ts";

export type Parsed = { readonly configuration: Configuration } | { readonly errors: readonly LineError[] };

/**
 * Errors are in order of their lines. What lines say together is judged only when each is understood.
 * `before`: what is in force, if people typed the text as a change to it.
 */
export function parseConfiguration(text: string, before?: Configuration): Parsed {
  const { statements, errors } = readLines(configurationTable, text);
  if (errors.length > 0) return { errors };
  const candidate = emptyConfiguration();
  const { writers, refused } = apply(statements, candidate);
  if (refused.length > 0) return { errors: refused };
  const problems = validateConfiguration(candidate, before).map((problem) => locate(problem, candidate, writers));
  const wrong = [...contradictionsOf(statements), ...problems];
  if (wrong.length > 0) return { errors: wrong.sort((a, b) => a.line - b.line) };
  return { configuration: candidate };
}

/** Adds what one more line says, which the lines before it lead to: all of them, or with an error none. */
export function amend(candidate: Candidate, lines: readonly string[]): readonly LineError[] {
  const { statements, errors } = readLines(configurationTable, lines.join("\n"));
  if (errors.length > 0) return errors;
  const otherwise = statements.flatMap((statement, index) =>
    saidOtherwise(candidate, statements.slice(0, index), statement),
  );
  if (otherwise.length > 0) return otherwise;
  return apply(statements, candidate).refused;
}

/** A line that is taken back by all that it says must say it: `no logging host A` leaves host B alone. */
function saidOtherwise(
  candidate: Candidate,
  before: readonly Statement<Line>[],
  { command, args, depth, line, text, column }: Statement<Line>,
): LineError[] {
  const said = command.said?.(args as never) ?? [];
  if (said.length === 0) return [];
  const around = openedBy(before).slice(0, depth - 1);
  let level: readonly Rendered[] = linesOf(candidate).flat();
  for (const each of around) level = level.find(({ slot }) => slot === slotOf(each))?.children ?? [];
  const known = level.find(({ slot }) => slot === command.slot(args as never));
  if (!known) return [];
  const typed = [...around.map((each) => each.text), known.text].join("\n");
  const is = readLines(configurationTable, typed).statements.at(-1)?.args ?? {};
  if (said.every((name) => isDeepStrictEqual(args[name], is[name]))) return [];
  return [
    { code: "says-otherwise", message: cliText("says-otherwise", known.masked ?? known.text), line, text, column },
  ];
}

/** The lines that opened the modes which are open after these. */
function openedBy(statements: readonly Statement<Line>[]): Statement<Line>[] {
  const opened: Statement<Line>[] = [];
  for (const statement of statements) {
    opened.length = statement.depth - 1;
    if (statement.command.enters !== undefined) opened.push(statement);
  }
  return opened;
}

function slotOf({ command, args }: Statement<Line>): string {
  return command.slot(args as never);
}

/** The line that made each part of a candidate. */
type Writers = ReadonlyMap<unknown, Statement<Line>>;

/** Does what the lines say, but for those that are refused. */
function apply(statements: readonly Statement<Line>[], candidate: Candidate) {
  const refused: LineError[] = [];
  const writers = new Map<unknown, Statement<Line>>();
  const subjects: unknown[] = [candidate];
  for (const statement of statements) {
    subjects.length = statement.depth;
    const problem = statement.command.refuse?.(subjects.at(-1) as never, statement.args as never);
    if (problem) {
      refused.push(errorIn(statement, problem));
      continue;
    }
    const written = statement.command.run(subjects.at(-1) as never, statement.args as never);
    if (statement.command.enters !== undefined) subjects.push(written);
    if (written instanceof Object && !writers.has(written)) writers.set(written, statement);
  }
  return { writers: writers as Writers, refused };
}

/** Lines that set what an earlier line set otherwise: a text that is loaded whole must not say both. */
function contradictionsOf(statements: readonly Statement<Line>[]): LineError[] {
  const errors: LineError[] = [];
  const said = new Map<string, unknown>();
  const path: string[] = [];
  for (const { command, args, depth, line, text, column } of statements) {
    path.length = depth - 1;
    const slot = command.slot(args as never);
    const key = [...path, slot].join("\n");
    if (command.enters !== undefined) path.push(slot);
    else if (!said.has(key)) said.set(key, args);
    else if (!isDeepStrictEqual(said.get(key), args)) {
      errors.push({ code: "given-twice", message: cliText("given-twice", slot), line, text, column });
    }
  }
  return errors;
}

/** Points at the word that gave the wrong value, in the line that wrote the innermost part around it. */
function locate(problem: Problem, candidate: Candidate, writers: Writers): LineError {
  let part: unknown = candidate;
  let writer: Statement<Line> | undefined;
  for (const key of problem.path) {
    part = (part as Record<string, unknown>)[key];
    writer = writers.get(part) ?? writer;
  }
  if (!writer) throw new Error(`No line wrote ${problem.path.join(".")}: ${problem.message}`);
  return errorIn(writer, problem);
}

function errorIn({ line, text, column, columns }: Statement<Line>, { path, code, message }: Problem): LineError {
  return { code, message, line, text, column: columns[path.at(-1) ?? ""] ?? column };
}
