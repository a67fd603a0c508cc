// Reads the text of a configuration through the table of its lines: all of it, or none.

import type { Line } from "../../cli/grammar/command.ts";
import type { LineError } from "../../cli/grammar/line-error.ts";
import { readLines, type Statement } from "../../cli/grammar/reader.ts";
import { type Candidate, type Configuration, emptyConfiguration } from "./configuration.ts";
import type { Problem } from "./problems.ts";
import { configurationTable } from "./table.ts";
import { validateConfiguration } from "./validate.ts";

export type Parsed = { readonly configuration: Configuration } | { readonly errors: readonly LineError[] };

/** Errors are in order of their lines. What lines say together is judged only when each is understood. */
export function parseConfiguration(text: string): Parsed {
  const { statements, errors } = readLines(configurationTable, text);
  if (errors.length > 0) return { errors };
  const { candidate, writers } = apply(statements);
  const problems = validateConfiguration(candidate).map((problem) => locate(problem, candidate, writers));
  if (problems.length > 0) return { errors: problems.sort((a, b) => a.line - b.line) };
  return { configuration: candidate };
}

/** The line that made each part of a candidate. */
type Writers = ReadonlyMap<unknown, Statement<Line>>;

function apply(statements: readonly Statement<Line>[]): { candidate: Candidate; writers: Writers } {
  const candidate = emptyConfiguration();
  const writers = new Map<unknown, Statement<Line>>();
  const subjects: unknown[] = [candidate];
  for (const statement of statements) {
    subjects.length = statement.depth;
    const written = statement.command.run(subjects.at(-1) as never, statement.args as never);
    if (statement.command.enters !== undefined) subjects.push(written);
    if (written instanceof Object && !writers.has(written)) writers.set(written, statement);
  }
  return { candidate, writers };
}

/** Points at the word that gave the wrong value, in the line that wrote the innermost part around it. */
function locate({ path, code, message }: Problem, candidate: Candidate, writers: Writers): LineError {
  let part: unknown = candidate;
  let writer: Statement | undefined;
  for (const key of path) {
    part = (part as Record<string, unknown>)[key];
    writer = writers.get(part) ?? writer;
  }
  if (!writer) throw new Error(`No line wrote ${path.join(".")}: ${message}`);
  const { line, text, column, columns } = writer;
  return { code, message, line, text, column: columns[path.at(-1) ?? ""] ?? column };
}
