// Breaches that go on, and those that were ended by hand.

import { subscriberText } from "../../mgmt/breaches/notice.ts";
import type { Released } from "../../mgmt/operations/subscriber.ts";
import type { DetectorState, Subscriber } from "../../mgmt/subscribers/subscriber.ts";
import { dateAndTime, number } from "../../mgmt/words.ts";
import { columns, paragraphs } from "../columns.ts";
import { actionText } from "./breaches.ts";
import { nameText, notRefusingLines, time } from "./subscribers.ts";

/** A subscriber in breach of a detector. */
export type Mailing = Omit<Subscriber, "detectors"> & { readonly detector: DetectorState };

export interface MassMailing {
  /** Whose breaches were asked for; null: everybody's. */
  readonly address: string | null;
  readonly breaches: readonly Mailing[];
  /** There are others. */
  readonly more: boolean;
  readonly refusing: boolean;
}

export function massMailingLines({ address, breaches, more, refusing }: MassMailing): string[] {
  if (breaches.length === 0) return [address === null ? "Nobody is in breach." : `${address} is in no breach.`];
  const table = [
    ...columns(
      ["SINCE", "UNTIL", "SUBSCRIBER", "BREACH OF", "ACTION", "COUNTED", "REFUSED"],
      breaches.map(({ detector, ...subscriber }) => [
        sinceText(detector),
        detector.period?.untilAt ? time(detector.period.untilAt) : "-",
        subscriberText(subscriber),
        nameText(detector),
        actionText(detector),
        detector.counted,
        detector.refused,
      ]),
    ),
    ...(more ? [`Only ${number(breaches.length)} of them are listed.`] : []),
  ];
  return paragraphs(notRefusingLines(refusing), table);
}

function sinceText({ breachedAt, period }: DetectorState): string {
  const at = breachedAt ?? period?.startedAt;
  return at === undefined ? "-" : dateAndTime(at);
}

/** `Released 10.30.94.66: 10 sessions of smtp-outbound in 60 s; 290 attempts were refused`. */
export function releasedLines(released: readonly Released[]): string[] {
  return released.flatMap((each) =>
    each.detectors.map(
      (detector) =>
        `Released ${subscriberText(each)}: ${nameText(detector)}; ${number(detector.refused)} attempts were refused`,
    ),
  );
}
