// The stored figures that a run is compared with, and the comparison.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Report, type Row, timesNoEngine } from "./report.ts";

const file = join(import.meta.dirname, "baseline.json");

export async function loadBaseline(): Promise<Report> {
  return JSON.parse(await readFile(file, "utf8")) as Report;
}

export async function saveBaseline(report: Report): Promise<void> {
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
}

/**
 * How much dearer a row of `report` is than in the baseline, both in multiples of their loops without an engine: 0.1 is a tenth.
 * Undefined for a row that the baseline lacks.
 */
export function deviation(report: Report, row: Row, baseline: Report): number | undefined {
  const same = baseline.rows.find(
    (r) => r.name === row.name && r.sessions === row.sessions && r.watched === row.watched,
  );
  return same && timesNoEngine(report, row) / timesNoEngine(baseline, same) - 1;
}
