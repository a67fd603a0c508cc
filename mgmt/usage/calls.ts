// What the thread of usage does when it is asked.

import type { Baseline, BaselineQuery } from "../reports/baseline.ts";
import type { TopQuery, TopUsage } from "../reports/top-usage.ts";
import type { NamedUsage, UsageMinute, UsageRow } from "./usage.ts";

/** Those that touch the file open it if it is not open, and fail with a Sentence when they cannot. */
export interface UsageCalls {
  /** First of all calls. */
  begin(file: string): void;
  /** Last of all calls. */
  close(): void;
  /** Takes a part of a minute's usage. The first part, `isFirst`, puts away what was not saved. */
  take(part: readonly NamedUsage[], isFirst: boolean): void;
  /** Saves what was taken: see UsageTable. */
  save(minute: UsageMinute): void;
  of(address: string, minutes: number): UsageRow[];

  // Reports wait for each other, and let others in between. Null: nothing of the service is on record.
  top(query: TopQuery): Promise<TopUsage | null>;
  baseline(query: BaselineQuery): Promise<Baseline | null>;
}
