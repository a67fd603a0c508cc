// Breaches, a line each.

import type { Breach } from "../../mgmt/breaches/breach.ts";
import { detectorText, isBlocked, subscriberText } from "../../mgmt/breaches/notice.ts";
import { dateAndTime } from "../../mgmt/words.ts";
import { columns } from "../columns.ts";

/** What happened lately; `address`: to him who has it, else to everybody. */
export function historyLines(found: readonly Breach[], address?: string): string[] {
  if (found.length > 0) return breachLines(found);
  return [address === undefined ? "Nobody was in breach yet." : `${address} was in no breach yet.`];
}

/** A heading and a line each. */
export function breachLines(found: readonly Breach[]): string[] {
  return columns(
    ["SINCE", "UNTIL", "ENDED", "SUBSCRIBER", "BREACH OF", "ACTION", "REFUSED"],
    found.map((breach) => [
      dateAndTime(breach.startedAt),
      time(breach.untilAt),
      breach.endedAt === null ? "-" : time(breach.endedAt),
      subscriberText(breach),
      detectorText(breach),
      isBlocked(breach) ? "blocked" : "reported",
      // Told when it ends.
      breach.endedAt === null ? "-" : breach.refused,
    ]),
  );
}

function time(unixMs: number): string {
  return dateAndTime(unixMs).slice(-"00:00:00".length);
}
