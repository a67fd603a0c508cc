// Files of subscribers: how far an import is, and what came of it.

import type { CsvImported } from "../../mgmt/config/csv-file.ts";
import type { CsvError } from "../../mgmt/subscribers/csv/fields.ts";
import type { Imported, ImportProgress } from "../../mgmt/subscribers/names/importer.ts";
import { number } from "../../mgmt/words.ts";

const phases = { checking: "looked at", importing: "imported" } as const;

/** `34 % are looked at: 340,000 subscribers in 340,120 lines.` */
export function progressText({ phase, lines, names, bytes, size }: ImportProgress): string {
  const percent = size === 0 ? 100 : Math.floor((100 * bytes) / size);
  return `${percent} % are ${phases[phase]}: ${number(names)} subscribers in ${number(lines)} lines.`;
}

export function importedLines(imported: Imported): string[] {
  const { names, errors, wrongLines, isImported, alarms } = imported;
  const more = wrongLines - errors.length;
  return [
    ...errorLines(errors),
    ...(more > 0 ? [`${number(more)} more lines are wrong.`] : []),
    ...(isImported ? [`${subscribersText(names)} imported; ${wrongText(wrongLines)}.`] : []),
    ...alarms,
    ...(isImported || wrongLines > 0
      ? []
      : [`${number(names)} ${names === 1 ? "subscriber" : "subscribers"} could be imported.`]),
  ];
}

/** Why nothing was imported, if lines are wrong. */
export function importRefusal({ wrongLines, isImported }: Imported): string | undefined {
  if (isImported || wrongLines === 0) return undefined;
  return `Nothing was imported, ${wrongText(wrongLines)}: put the file right, or add continue-on-error.`;
}

/** Of anonymous groups or templates. */
export function csvLines({ committed, lines, errors }: CsvImported): string[] {
  if (!committed) return errorLines(errors);
  if (committed.outcome === "unchanged") return ["Nothing differs."];
  return [`${number(lines)} ${lines === 1 ? "line was" : "lines were"} taken.`];
}

export function csvRefusal({ committed, errors }: CsvImported): string | undefined {
  return committed ? undefined : `Nothing was taken, ${wrongText(errors.length)}: put the file right.`;
}

function errorLines(errors: readonly CsvError[]): string[] {
  return errors.map(({ line, message }) => `Line ${line}: ${message}`);
}

/** What was done with so many: `1 subscriber was`. */
export function subscribersText(count: number): string {
  return `${number(count)} ${count === 1 ? "subscriber was" : "subscribers were"}`;
}

function wrongText(lines: number): string {
  if (lines === 0) return "no line was wrong";
  return lines === 1 ? "1 line is wrong" : `${number(lines)} lines are wrong`;
}
