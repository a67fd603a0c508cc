// Subscribers: where they come from and when they are forgotten.

import { z } from "zod";
import type { Rendered } from "../../../cli/grammar/command.ts";
import { line, type Section } from "../section.ts";

/** A week. */
export const AGEING_MINUTES_MAX = 10_080;

export const AGEING_MINUTES_DEFAULT = 30;

/** A day. */
export const INTRODUCED_AGEING_MINUTES_DEFAULT = 1440;

/** Eight weeks. */
export const INTRODUCED_AGEING_MINUTES_MAX = 80_640;

export const subscriberModeSchema = z.enum(["anonymous", "aware"]);
export type SubscriberMode = z.infer<typeof subscriberModeSchema>;

/** Minutes without traffic after which an anonymous subscriber is forgotten; null: never. */
export const anonymousAgeingSchema = z.int().min(1).max(AGEING_MINUTES_MAX).nullable();

/** Minutes without an address after which a name is forgotten that only feeds told of; null: never. */
export const introducedAgeingSchema = z.int().min(1).max(INTRODUCED_AGEING_MINUTES_MAX).nullable();

/** The help of the word that every line about subscribers has. */
export const SUBSCRIBER = "How subscribers are told apart";

/** The help of `LEG`: a word of the SCE's, for whoever tells it of logins. */
export const LEG = "Who tells which addresses a subscriber has";

const mode = line({
  mode: "linecard",
  syntax: "subscriber mode <mode:anonymous|aware>",
  help: {
    subscriber: SUBSCRIBER,
    mode: "Where subscribers come from",
    anonymous: "Each address that is seen inside an anonymous group is one",
    aware: "Names have addresses; of other addresses those inside an anonymous group are one each",
  },
  run: (candidate, { mode }) => {
    candidate.subscriberMode = mode;
  },
  slot: "subscriber mode",
  no: (candidate) => {
    candidate.subscriberMode = "anonymous";
  },
});

const aging = line({
  mode: "linecard",
  syntax: `subscriber aging anonymous timeout <minutes:1-${AGEING_MINUTES_MAX}>`,
  help: {
    subscriber: SUBSCRIBER,
    aging: "When subscribers are forgotten",
    anonymous: "Those of groups",
    timeout: "After a time without traffic",
    "<minutes>": "In minutes (default 30)",
  },
  run: (candidate, { minutes }) => {
    candidate.anonymousAgeingMinutes = minutes;
  },
  slot: "subscriber aging anonymous",
  no: (candidate) => {
    candidate.anonymousAgeingMinutes = null;
  },
  default: (candidate) => {
    candidate.anonymousAgeingMinutes = AGEING_MINUTES_DEFAULT;
  },
});

const introducedAging = line({
  mode: "linecard",
  syntax: `subscriber aging introduced timeout <minutes:1-${INTRODUCED_AGEING_MINUTES_MAX}>`,
  help: {
    subscriber: SUBSCRIBER,
    aging: "When subscribers are forgotten",
    introduced: "Names that nobody typed: those that RADIUS or DHCP told of",
    timeout: "After a time without an address",
    "<minutes>": "In minutes (default 1440)",
  },
  run: (candidate, { minutes }) => {
    candidate.introducedAgeingMinutes = minutes;
  },
  slot: "subscriber aging introduced",
  no: (candidate) => {
    candidate.introducedAgeingMinutes = null;
  },
  default: (candidate) => {
    candidate.introducedAgeingMinutes = INTRODUCED_AGEING_MINUTES_DEFAULT;
  },
});

export const subscribers: Section = {
  lines: [mode, aging, introducedAging].flatMap(({ forms }) => forms),

  render: ({ subscriberMode, anonymousAgeingMinutes: minutes, introducedAgeingMinutes: introduced }, all) => [
    mode.print({ mode: subscriberMode }),
    minutes === null ? aging.printNo({}) : aging.print({ minutes }),
    ...(introduced !== INTRODUCED_AGEING_MINUTES_DEFAULT || all ? [printIntroduced(introduced)] : []),
  ],

  check: () => [],
};

function printIntroduced(minutes: number | null): Rendered {
  return minutes === null ? introducedAging.printNo({}) : introducedAging.print({ minutes });
}
