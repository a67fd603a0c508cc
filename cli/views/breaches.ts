// Breaches, a line each.

import type { Breach } from "../../mgmt/breaches/breach.ts";
import { detectorText, endReasonText, subscriberText } from "../../mgmt/breaches/notice.ts";
import { dateAndTime, number, timeAfter } from "../../mgmt/words.ts";
import { columns, fields, paragraphs } from "../columns.ts";
import { actionText, packageText } from "./policy-words.ts";

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
      timeAfter(breach.startedAt, breach.untilAt),
      endedText(breach),
      subscriberText(breach),
      detectorText(breach),
      actionText(breach),
      // Told when it ends.
      breach.endedAt === null ? "-" : breach.refused,
    ]),
  );
}

/** `12:01:00`, and why if not because its time was over: `12:00:20 released`. */
function endedText({ startedAt, endedAt, end }: Breach): string {
  if (endedAt === null) return "-";
  const time = timeAfter(startedAt, endedAt);
  return end === null || end.reason === "over" ? time : `${time} ${end.reason}`;
}

/** Everything that is on record of one. */
export function breachRecordLines(breach: Breach): string[] {
  const { name, destinations } = breach;
  return paragraphs(
    fields({
      Number: `${breach.id}`,
      Subscriber: subscriberText(breach),
      "Breach of": detectorText(breach),
      Package: name ? packageText({ id: name.package, name: name.packageName }) : "forgotten",
      Window: name ? `${name.window}, hold ${name.holdSeconds} s` : "forgotten",
      Actions: name?.actions.join(" ") ?? "forgotten",
      Policy: policyText(breach),
      Since: dateAndTime(breach.startedAt),
      Until: dateAndTime(breach.untilAt),
      Ended: endText(breach),
      Counted: number(breach.counted),
      Refused: number(breach.refused),
    }),
    destinations.length > 0 ? destinationLines(destinations) : ["No destination was told."],
  );
}

/** Where counted sessions went, the latest first. */
export function destinationLines(destinations: Breach["destinations"]): string[] {
  return columns(
    ["DESTINATION", "PORT", "SESSIONS", "LAST SEEN"],
    destinations
      .toSorted((a, b) => b.seenAt - a.seenAt)
      .map(({ address, port, sessions, seenAt }) => [address, `${port}`, sessions, dateAndTime(seenAt)]),
  );
}

function policyText({ generation, revision }: Breach): string {
  if (generation === null) return "not told";
  return revision === null ? `generation ${generation}` : `generation ${generation}, revision ${revision}`;
}

const endWords = { over: "its time was over", missed: "nobody told, it was found to be over" } as const;

function endText({ endedAt, end }: Breach): string {
  if (endedAt === null) return "it goes on";
  if (end === null) return dateAndTime(endedAt);
  const why = end.reason === "over" || end.reason === "missed" ? endWords[end.reason] : endReasonText(end);
  return `${dateAndTime(endedAt)}: ${why}`;
}
