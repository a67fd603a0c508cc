// The figures of a run: what --json prints, what the table shows and what baseline.json keeps.
import { type Section, sections } from "./sections.ts";
import { type Label, type Subject, sameLabel } from "./subject.ts";

export interface Row extends Label {
  /** Of the figures: TSC ticks a packet, which for new sessions is a session; or milliseconds. */
  readonly unit: Section["unit"];
  readonly best: number;
  /** The median round. */
  readonly median: number;
  readonly worst: number;
}

export interface Report {
  /** Processor and TSC rate. */
  readonly machine: string;
  /** The TSC's rate. */
  readonly ticks_per_second: number;
  /** What the engine's memory lay on. */
  readonly pages: string;
  readonly rounds: number;
  readonly rows: readonly Row[];
}

export function findRow({ rows }: Report, label: Label): Row | undefined {
  return rows.find((row) => sameLabel(row, label));
}

/** What a row costs in multiples of its section's reference, median by median; in its own unit where the section has none. */
export function relative(report: Report, row: Row, { reference }: Section): number {
  return row.median / (reference ? (findRow(report, reference.label)?.median ?? Number.NaN) : 1);
}

/** Measures every subject once a round, round after round, so that a disturbance meets them alike. */
export async function measureInTurn(subjects: readonly Subject[], rounds: number): Promise<Row[]> {
  const figures = subjects.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, subject] of subjects.entries()) figures[i]?.push(await subject.measure());
  }
  return subjects.map(({ label }, i) => summarise(label, figures[i] ?? []));
}

/** The row of a subject's rounds, of which there is at least one. */
function summarise(label: Label, figures: readonly number[]): Row {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (place: number) => sorted.at(place) ?? Number.NaN;
  const unit = sections.find(({ rows }) => rows.some((row) => sameLabel(row, label)))?.unit ?? "cycles";
  return { ...label, unit, best: at(0), median: at(Math.floor(sorted.length / 2)), worst: at(-1) };
}
