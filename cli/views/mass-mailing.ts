// Breaches that go on, and those that were ended by hand.

import { subscriberText } from "../../mgmt/breaches/notice.ts";
import type { Released } from "../../mgmt/operations/subscriber.ts";
import type { JudgedOverride } from "../../mgmt/overrides/override.ts";
import { decisiveFor } from "../../mgmt/subscribers/state.ts";
import type { DetectorState, Subscriber } from "../../mgmt/subscribers/subscriber.ts";
import { dateAndTime, number, timeAfter } from "../../mgmt/words.ts";
import { columns, paragraphs } from "../columns.ts";
import { overrideLines } from "./overrides.ts";
import { actionText } from "./policy-words.ts";
import { nameText, notRefusingLines } from "./subscribers.ts";

/** A subscriber in breach of a detector. */
export type Mailing = Omit<Subscriber, "detectors"> & { readonly detector: DetectorState };

export interface MassMailing {
  /** Whose breaches were asked for; null: everybody's. */
  readonly whom: string | null;
  readonly breaches: readonly Mailing[];
  /** In force, those about him, which go before his breaches; of everybody one that blocks by force, if there is any. */
  readonly overrides: readonly JudgedOverride[];
  /** There are others. */
  readonly more: boolean;
  readonly refusing: boolean;
}

export function massMailingLines({ whom, breaches, overrides, more, refusing }: MassMailing): string[] {
  const decided = whom === null ? forcedLines(overrides) : overrideTable(overrides);
  if (breaches.length === 0) {
    return paragraphs([whom === null ? "Nobody is in breach." : `${whom} is in no breach.`], decided);
  }
  const table = [
    ...columns(
      ["SINCE", "UNTIL", "SUBSCRIBER", "BREACH OF", "ACTION", "COUNTED", "REFUSED"],
      breaches.map(({ detector, ...subscriber }) => [
        sinceText(detector),
        detector.period?.untilAt ? timeAfter(sinceOf(detector), detector.period.untilAt) : "-",
        subscriberText(subscriber),
        nameText(detector),
        decisiveFor(detector, subscriber.overrides)?.kind ?? actionText(detector),
        detector.counted,
        detector.refused,
      ]),
    ),
    ...(more ? [`Only ${number(breaches.length)} of them are listed.`] : []),
  ];
  return paragraphs(notRefusingLines(refusing), table, decided);
}

function forcedLines(overrides: readonly JudgedOverride[]): string[] {
  return overrides.length > 0 ? ['Some are refused by force, in breach or not: see "show overrides".'] : [];
}

function overrideTable(overrides: readonly JudgedOverride[]): string[] {
  return overrides.length > 0 ? [...overrideLines(overrides)] : [];
}

function sinceOf({ breachedAt, period }: DetectorState): number | undefined {
  return breachedAt ?? period?.startedAt;
}

function sinceText(detector: DetectorState): string {
  const at = sinceOf(detector);
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
