// A line as it may be written down: without its secret.

import { readLines } from "../../cli/grammar/reader.ts";
import type { Route } from "../../cli/grammar/syntax.ts";
import { configurationTable } from "./table.ts";

const MASK = "********";

/** The last of these lines; those before it enter its modes. What follows where a secret may stand is masked. */
export function maskedLine(lines: readonly string[]): string {
  const { statements } = readLines(configurationTable, lines.join("\n"));
  const text = (lines.at(-1) ?? "").trimEnd();
  const statement = statements.find(({ line }) => line === lines.length);
  // Of a line that is not understood nobody knows the types.
  if (!statement) return text.replace(/\b((?:secret|password|key|community)\s+).*/i, `$1${MASK}`).trim();
  const columns = secretsOf(statement.command.routes).map((name) => statement.columns[name] ?? text.length);
  const first = Math.min(text.length, ...columns);
  return (first < text.length ? text.slice(0, first) + MASK : text).trim();
}

function secretsOf(routes: readonly Route[]): string[] {
  return routes.flat().flatMap((token) => ("type" in token && token.type.mask !== undefined ? [token.name] : []));
}
