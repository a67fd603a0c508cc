// The stored figures that a run is compared with, and the comparison.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findRow, type Report, type Row, relative } from "./report.ts";
import type { Section } from "./sections.ts";

const file = join(import.meta.dirname, "baseline.json");

export async function loadBaseline<Kept = Report>(from = file): Promise<Kept> {
  return JSON.parse(await readFile(from, "utf8")) as Kept;
}

export async function saveBaseline<Kept = Report>(report: Kept, to = file): Promise<void> {
  await writeFile(to, `${JSON.stringify(report, null, 2)}\n`);
}

/**
 * How much dearer a row of `report` is than in the baseline, both in multiples of their section's reference: 0.1 is a tenth.
 * Undefined for a row that the baseline lacks.
 */
export function deviation(report: Report, row: Row, section: Section, baseline: Report): number | undefined {
  const same = findRow(baseline, row);
  return same && relative(report, row, section) / relative(baseline, same, section) - 1;
}
