// The table of subscribers, as the SCE tells of its database; what it counted and we do not is left out.
// Raw digits: programs read it.

import type { FastPathStatus } from "../../mgmt/status/status.ts";
import { NAMES_MAX, type NameFigures } from "../../mgmt/subscribers/names/figures.ts";
import type { Peak } from "../../mgmt/subscribers/names/keeper.ts";
import { dateAndTime } from "../../mgmt/words.ts";

export interface SubscriberDatabase {
  readonly fastPath: Pick<FastPathStatus, "tables" | "counters" | "startedAt">;
  readonly figures: NameFigures;
  readonly peak: Peak;
  /** What is counted of names is counted from then on. */
  readonly daemonStartedAt: number;
}

export function databaseLines({ fastPath, figures, peak, daemonStartedAt }: SubscriberDatabase): string[] {
  const { tables, counters, startedAt } = fastPath;
  return [
    ...headed("Current values:", "=", [
      `Subscribers: ${tables.subscribers.used} used out of ${tables.subscribers.capacity} max.`,
      `Introduced subscribers: ${figures.names}.`,
      `Anonymous subscribers: ${counters.subscribers}.`,
      `Subscribers with mappings: ${figures.names - figures.idle} used out of ${NAMES_MAX} max.`,
      `Single IP mappings: ${figures.addresses}.`,
      `IP Range mappings: ${figures.ranges}.`,
      `VLAN mappings: ${figures.tags}.`,
      `Sessions: ${tables.sessions.used}.`,
    ]),
    ...headed("Peak values:", "=", [
      `Peak number of subscribers with mappings: ${peak.mapped}`,
      ...(peak.mapped > 0 ? [`Peak number occurred at: ${dateAndTime(peak.at)}`] : []),
      `Peak number cleared at: ${dateAndTime(daemonStartedAt)}`,
    ]),
    ...headed("Event counters:", "=", [
      `Subscriber introduced: ${figures.introduced}.`,
      `Subscriber aged: ${figures.aged}.`,
      `Anonymous subscriber created: ${counters.subscribers_created}.`,
      `Anonymous subscriber aged: ${counters.subscribers_expired}.`,
      `Logouts: ${figures.logouts}.`,
      `Mappings expired: ${figures.expired}.`,
      `Names refused: ${figures.refusedNames}.`,
      `Events told too late: ${figures.stale}.`,
      `Sessions of no subscriber: ${counters.sessions_unmapped}.`,
      `Subscriber table was full: ${counters.subscriber_table_full + figures.full}.`,
    ]),
    `The fast path runs since ${dateAndTime(startedAt)}; its counters go on over its restarts.`,
  ];
}

function headed(heading: string, rule: string, lines: readonly string[]): string[] {
  return [heading, rule.repeat(heading.length), ...lines, ""];
}
