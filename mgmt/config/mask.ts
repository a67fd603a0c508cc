// A line as it may be written down: without its secret.

import { readLines } from "../../cli/grammar/reader.ts";
import { configurationTable } from "./table.ts";

/** The last of these lines; those before it enter its modes. */
export function maskedLine(lines: readonly string[]): string {
  const { statements, errors } = readLines(configurationTable, lines.join("\n"));
  const last = [...statements, ...errors].find(({ line }) => line === lines.length);
  return (last?.text ?? lines.at(-1) ?? "").trim();
}
