// The figures of a run: what --json prints and what baseline.json keeps.
import type { Row } from "./rows.ts";

export interface Report {
  /** Its processors. */
  readonly machine: string;
  /** On average of the minute before it began. */
  readonly load: number;
  readonly subscribers: number;
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}
