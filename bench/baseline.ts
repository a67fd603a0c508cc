// The stored figures that a run is compared with, and the comparison.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Report, Row } from "./report.ts";

const file = join(import.meta.dirname, "baseline.json");

export async function loadBaseline(): Promise<Report> {
  return JSON.parse(await readFile(file, "utf8")) as Report;
}

export async function saveBaseline(report: Report): Promise<void> {
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
}

function rowLike(report: Report, row: Row): Row | undefined {
  return report.rows.find((r) => r.name === row.name && r.sessions === row.sessions && r.watched === row.watched);
}

// The best round: a disturbance only ever adds cycles.
function costIn(report: Report, row: Row, sameMachine: boolean): number | undefined {
  const measured = rowLike(report, row)?.cycles_best;
  const unit = sameMachine ? 1 : report.rows.find((r) => r.name === "no-engine")?.cycles_best;
  return measured && unit && measured / unit;
}

/**
 * How much dearer a row of `report` is than in the baseline: 0.1 is a tenth. In cycles on the baseline's machine, elsewhere in
 * multiples of the loop without an engine. Undefined for a row that the baseline lacks.
 */
export function deviation(report: Report, row: Row, baseline: Report): number | undefined {
  const sameMachine = report.machine === baseline.machine;
  const before = costIn(baseline, row, sameMachine);
  const now = costIn(report, row, sameMachine);
  return before && now && now / before - 1;
}
