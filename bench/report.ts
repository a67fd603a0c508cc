// The figures of a run: what --json prints, what the table shows and what baseline.json keeps.
import type { Label, Sample, Subject } from "./subject.ts";

export interface Row extends Label {
  /** TSC ticks a packet: the median round. For new sessions a packet is a session. */
  readonly cycles: number;
  readonly cycles_best: number;
  readonly cycles_worst: number;
  /** Packets in a second on one core: the median round. */
  readonly per_second: number;
}

export interface Report {
  /** Processor and TSC rate. */
  readonly machine: string;
  /** What the engine's memory lay on. */
  readonly pages: string;
  readonly rounds: number;
  readonly rows: readonly Row[];
}

/** The row of a subject's rounds, of which there is at least one. */
export function summarise(label: Label, samples: readonly Sample[]): Row {
  const sorted = samples.toSorted((a, b) => a.cycles - b.cycles);
  const at = (place: number) => sorted.at(place) as Sample;
  const median = at(Math.floor(sorted.length / 2));
  return {
    ...label,
    cycles: median.cycles,
    cycles_best: at(0).cycles,
    cycles_worst: at(-1).cycles,
    per_second: Math.round(median.perSecond),
  };
}

/** What a row costs in multiples of the loop without an engine, median by median: nearly the same on a busy core and on a quiet one. */
export function timesNoEngine(report: Report, row: Row): number {
  return row.cycles / (report.rows.find(({ name }) => name === "no-engine")?.cycles ?? Number.NaN);
}

/** Measures every subject once a round, round after round, so that a disturbance meets them alike. */
export async function measureInTurn(subjects: readonly Subject[], rounds: number): Promise<Row[]> {
  const samples = subjects.map((): Sample[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, subject] of subjects.entries()) samples[i]?.push(await subject.measure());
  }
  return subjects.map(({ label }, i) => summarise(label, samples[i] ?? []));
}
