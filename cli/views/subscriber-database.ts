// The table of subscribers, as the SCE tells of its database; what it counted and we do not is left out.
// Raw digits: programs read it.

import type { TableUse } from "../../mgmt/status/status.ts";
import { dateAndTime } from "../../mgmt/words.ts";

export interface SubscriberDatabase {
  readonly subscribers: TableUse;
  readonly sessions: number;
  readonly introduced: number;
  readonly aged: number;
  /** First packets that found no free record. */
  readonly full: number;
  /** Of the fast path's process. */
  readonly startedAt: number;
}

export function databaseLines(data: SubscriberDatabase): string[] {
  const { subscribers, sessions, introduced, aged, full, startedAt } = data;
  return [
    "Current values:",
    "===============",
    `Subscribers: ${subscribers.used} used out of ${subscribers.capacity} max.`,
    `Anonymous subscribers: ${subscribers.used}.`,
    `Sessions: ${sessions}.`,
    "",
    "Event counters:",
    "===============",
    `Subscriber introduced: ${introduced}.`,
    `Subscriber aged: ${aged}.`,
    `Subscriber table was full: ${full}.`,
    "",
    `The fast path runs since ${dateAndTime(startedAt)}; the counters go on over its restarts.`,
  ];
}
