// How long traffic stood still at each blow to the packet process, by the numbered packets that came out at the far side.
import type { Arrival } from "../../lab/numbered.ts";

export interface Interruption {
  /** What was done, for a person. */
  readonly blow: string;
  /** In milliseconds since 1970. */
  readonly at: number;
}

/** A process that was told to die may go on this long, and a clock is read in whole milliseconds. */
const graceMs = 2;

/** Milliseconds without an arrival around each interruption, in their order. */
export function silences(arrivals: readonly Arrival[], interruptions: readonly Interruption[]): number[] {
  return interruptions.map(({ at }) => {
    const next = arrivals.findIndex(({ milliseconds }) => milliseconds > at + graceMs);
    const [before, after] = [arrivals[next - 1], arrivals[next]];
    return before && after ? after.milliseconds - before.milliseconds : Number.POSITIVE_INFINITY;
  });
}

/** A line for each kind of blow: how often, median and worst. */
export function silenceReport(arrivals: readonly Arrival[], interruptions: readonly Interruption[]): string[] {
  const all = silences(arrivals, interruptions);
  const kinds = Map.groupBy(interruptions.keys(), (index) => interruptions[index]?.blow ?? "");
  return [...kinds].map(([blow, indexes]) => {
    const sorted = indexes.map((index) => all[index] ?? 0).sort((a, b) => a - b);
    const [median = 0, worst = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
    return `${blow}, ${sorted.length} times: nothing passed for ${median.toFixed(0)} ms (median), ${worst.toFixed(0)} ms (worst)`;
  });
}
