// What is usual, and the quota that follows from it.

import type { Baseline } from "../../mgmt/reports/baseline.ts";
import { number } from "../../mgmt/words.ts";
import { columns, fields, paragraphs } from "../columns.ts";
import { bar, percentText } from "./bars.ts";
import { coveredText, missingLines } from "./covered.ts";

export interface BaselineReport extends Baseline {
  readonly service: string;
  readonly periodSeconds: number;
  /** Percent. */
  readonly share: number;
  /** Subscribers who are known now; null: the fast path cannot be asked. */
  readonly known: number | null;
}

export function baselineLines(report: BaselineReport): string[] {
  const { service, periodSeconds, covered, active, percentiles, histogram, proposal } = report;
  const title = [
    `Baseline of ${service}: the most sessions that one subscriber opens in ${periodSeconds} s`,
    ...fields({ Covered: coveredText(covered), Active: activeText(report) }),
    ...missingLines(covered),
  ];
  if (!proposal) return paragraphs(title, ["There is nothing to choose a quota by."]);
  const table = columns(
    ["PERCENTILE", "AT LEAST", "AT MOST"],
    percentiles.map(({ percent, atLeast, atMost }) => [percent === 100 ? "max" : `${percent}`, atLeast, atMost]),
  );
  const most = Math.max(...histogram.map(({ subscribers }) => subscribers));
  const buckets = columns(
    ["SESSIONS", "SUBSCRIBERS", ""],
    histogram.map(({ first, last, subscribers }) => [
      first === last ? `${first}` : `${number(first)} to ${number(last)}`,
      subscribers,
      bar(subscribers, most),
    ]),
  );
  return paragraphs(title, table, buckets, boundLines(periodSeconds), proposalLines(report, proposal, active));
}

function activeText({ active, known }: BaselineReport): string {
  const who = `${subscribersText(active)} opened a session or tried`;
  return known ? `${who}; ${number(known)} are known now` : who;
}

function boundLines(periodSeconds: number): string[] {
  const minutes = periodSeconds / 60;
  return [
    `Whole minutes are on record. The most in any ${periodSeconds} s is at least that of the fullest ${inARow(minutes)}, and at most`,
    `that of the fullest ${inARow(minutes + 1)}: by this one the subscribers above are counted and the quota is chosen.`,
    "Attempts that were refused count as sessions that would have been opened.",
  ];
}

function inARow(minutes: number): string {
  return minutes === 1 ? "minute" : `${minutes} minutes in a row`;
}

function proposalLines(
  { service, periodSeconds, share, known }: BaselineReport,
  { threshold, touched }: NonNullable<Baseline["proposal"]>,
  active: number,
): string[] {
  const ofKnown = known ? ` and ${percentText(touched / known)} of all who are known` : "";
  return [
    `A quota of ${number(threshold)} in ${periodSeconds} s would have touched ${subscribersText(touched)}: ${percentText(touched / active)} of those who were`,
    `active (${share} % were allowed)${ofKnown}. To have it counted, type in a package:`,
    `  mass-mailing service ${service}`,
    `  detect sessions ${threshold} period ${periodSeconds} window fixed action report`,
  ];
}

function subscribersText(count: number): string {
  return count === 1 ? "1 subscriber" : `${number(count)} subscribers`;
}
