// Breaches, a line each.

import type { Breach } from "../../mgmt/breaches/breach.ts";
import { detectorText, isBlocked, subscriberText } from "../../mgmt/breaches/notice.ts";
import { dateAndTime, number } from "../../mgmt/words.ts";
import { columns, fields } from "../columns.ts";

/** What happened lately; `address`: to him who has it, else to everybody. */
export function historyLines(found: readonly Breach[], address?: string): string[] {
  if (found.length > 0) return breachLines(found);
  return [address === undefined ? "Nobody was in breach yet." : `${address} was in no breach yet.`];
}

/** A heading and a line each. */
export function breachLines(found: readonly Breach[]): string[] {
  return columns(
    ["NUMBER", "SINCE", "UNTIL", "ENDED", "SUBSCRIBER", "BREACH OF", "ACTION", "REFUSED"],
    found.map((breach) => [
      breach.id === null ? "-" : `${breach.id}`,
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

/** Everything that is on record of one. */
export function breachRecordLines(breach: Breach): string[] {
  return fields({
    Number: `${breach.id}`,
    Subscriber: subscriberText(breach),
    "Breach of": detectorText(breach),
    Package: packageText(breach.name),
    Actions: breach.name?.actions.join(" ") ?? "forgotten",
    Since: dateAndTime(breach.startedAt),
    Until: dateAndTime(breach.untilAt),
    Ended: breach.endedAt === null ? "it goes on" : dateAndTime(breach.endedAt),
    Counted: number(breach.counted),
    Refused: number(breach.refused),
  });
}

/** `0 "residential"`. */
function packageText(name: Breach["name"]): string {
  if (!name) return "forgotten";
  return name.packageName === null ? `${name.package}` : `${name.package} "${name.packageName}"`;
}

function time(unixMs: number): string {
  return dateAndTime(unixMs).slice(-"00:00:00".length);
}
