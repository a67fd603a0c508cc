// The stored figures that a run is compared with, and the comparison.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findRow, type Report, type Row, relative } from "./report.ts";
import type { Section } from "./sections.ts";

const file = join(import.meta.dirname, "baseline.json");

export async function loadBaseline(): Promise<Report> {
  return JSON.parse(await readFile(file, "utf8")) as Report;
}

export async function saveBaseline(report: Report): Promise<void> {
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
}

/**
 * How much dearer a row of `report` is than in the baseline, both in multiples of their section's reference: 0.1 is a tenth.
 * Undefined for a row that the baseline lacks.
 */
export function deviation(report: Report, row: Row, section: Section, baseline: Report): number | undefined {
  const same = findRow(baseline, row);
  return same && relative(report, row, section) / relative(baseline, same, section) - 1;
}
