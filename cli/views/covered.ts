// What a report is about, and what it does not know.

import type { Covered } from "../../mgmt/reports/covered.ts";
import { dateAndTime, number } from "../../mgmt/words.ts";

/** `2026-11-22 10:03:00 to 2026-11-22 11:03:00, 60 minutes`, and a line for what is missing of them. */
export function coveredText({ from, to, minutes }: Covered): string {
  return `${dateAndTime(from)} to ${dateAndTime(to)}, ${minutesText(minutes)}`;
}

export function missingLines({ missing, unmeasured, partial }: Covered): string[] {
  return [
    ...(missing > 0 ? [`${ofThem(missing)} missing: not read from the fast path in time.`] : []),
    ...(unmeasured > 0 ? [`${ofThem(unmeasured)} not known: no package measured the service.`] : []),
    ...(partial > 0 ? [`${ofThem(partial)} not whole: the fast path was started.`] : []),
  ];
}

function ofThem(count: number): string {
  return `${minutesText(count)} of them ${count === 1 ? "is" : "are"}`;
}

function minutesText(count: number): string {
  return count === 1 ? "1 minute" : `${number(count)} minutes`;
}
