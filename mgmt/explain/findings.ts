// What there is to say when somebody asks why a subscriber is refused, or is not: plain data, in the order in which it is said.
// Times are Unix milliseconds.

import type { Breach, BreachEnd } from "../breaches/breach.ts";
import type { SubscriberAddress } from "../engine/region_data.ts";
import type { JudgedOverride } from "../overrides/override.ts";
import type { DetectorState, SubscriberPackage } from "../subscribers/subscriber.ts";
import type { DestinationCount } from "../usage/usage.ts";

/** Of one subscriber; of an address that none has, if there is none. */
export interface Explanation {
  readonly subscriber: SubscriberAddress | null;
  readonly findings: readonly Finding[];
}

export type Finding =
  | Belonging
  | Presence
  | Counting
  | NothingCounted
  | OverrideInForce
  | InBreach
  | NothingRefused
  | Deed
  | Used
  | Remedy
  | Past
  | PastRelease
  | PastOverride
  | Doubt;

/** Whose the address is, and by what he has his package. */
export interface Belonging {
  readonly kind: "belonging";
  /** Null: it is in no anonymous group, or a name's. */
  readonly group: string | null;
  readonly template: number | null;
  /** Null: he is anonymous, or nobody. */
  readonly name: string | null;
  /** Null: he has none. */
  readonly package: SubscriberPackage | null;
  /** What gave him the package in place of his own. */
  readonly assigned: JudgedOverride | null;
}

export interface Presence {
  readonly kind: "presence";
  /** Null: he was not seen lately. */
  readonly seen: { readonly firstAt: number; readonly lastAt: number; readonly openSessions: number } | null;
}

/** A detector that counts him, with what it has counted now. */
export interface Counting {
  readonly kind: "counting";
  readonly detector: DetectorState;
}

/** His package has no detectors. */
export interface NothingCounted {
  readonly kind: "nothing-counted";
}

/** He is exempt, or blocked by force. */
export interface OverrideInForce {
  readonly kind: "override";
  readonly override: JudgedOverride;
  /** One that goes before it wherever it speaks; null: none does. */
  readonly beatenBy: JudgedOverride | null;
}

export interface InBreach {
  readonly kind: "breach";
  readonly detector: DetectorState;
  /** Of the service's sessions: `exempt` and `not-judged` say why none is refused though the detector blocks. */
  readonly outcome: "refused" | "reported" | "exempt" | "not-judged";
}

export interface NothingRefused {
  readonly kind: "nothing-refused";
}

/** What the breach that goes on was declared for. */
export interface Deed {
  readonly kind: "deed";
  readonly breach: Breach;
}

/** What he used of a service in the last minutes. */
export interface Used {
  readonly kind: "used";
  readonly service: string;
  readonly minutes: number;
  readonly sessions: number;
  readonly refused: number;
  readonly bytes: number;
  /** Of the minute that has most. */
  readonly destinations: DestinationCount;
}

/** What can be typed to end what refuses him. */
export interface Remedy {
  readonly kind: "remedy";
  /** `release` ends his breaches, `exempt` has a service counted no more for a time, `clear` ends an override. */
  readonly by: "release" | "exempt" | "clear";
  /** That he is exempt in then. */
  readonly service: string | null;
  /** The one that ends. */
  readonly override: number | null;
  readonly command: string;
}

/** His breaches that are over. */
export interface Past {
  readonly kind: "past";
  readonly days: number;
  readonly breaches: number;
  /** There may be more than were read. */
  readonly isMore: boolean;
  /** Of the detectors by service; null: forgotten ones. */
  readonly services: readonly { readonly service: string | null; readonly breaches: number }[];
  /** Null: there was none. */
  readonly latestAt: number | null;
}

export interface PastRelease extends Pick<BreachEnd, "user" | "from" | "why"> {
  readonly kind: "past-release";
  readonly at: number;
  /** Null: of a forgotten detector. */
  readonly service: string | null;
}

/** One that is over. */
export interface PastOverride {
  readonly kind: "past-override";
  readonly override: JudgedOverride;
}

/** What the appliance cannot know. */
export interface Doubt {
  readonly kind: "doubt";
  readonly about: DoubtAbout;
  /** When that began, where it matters. */
  readonly at: number | null;
}

/**
 * `absent`: there is no fast path. `still`: it is dead or hung. `bypass`: it judges nothing. `not-forwarding`: no link has it
 * judge. `cut-off`: no link lets anything pass. `restarted`: lately. `events-lost`: by the daemon. `sampled`: destinations are the latest ones only. `usage`: its record
 * cannot be read.
 */
export type DoubtAbout =
  | "absent"
  | "still"
  | "bypass"
  | "not-forwarding"
  | "cut-off"
  | "restarted"
  | "events-lost"
  | "sampled"
  | "usage";
