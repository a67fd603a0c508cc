// A breach as the daemon keeps it: in memory, in the store, and in the answers to questions.

import type { Detector } from "../config/sections/packages.ts";
import type { SubscriberAddress } from "../engine/region_data.ts";

/** A breach has one row in the store; its fields change while it goes on. */
export interface Breach {
  /** The store's; null: not saved yet. */
  id: number | null;
  /** Names one region file of one boot: boot times and event sequences mean something within it. */
  region: string;
  subscriber: SubscriberAddress;
  /** The id that the policy gave the detector. */
  detector: number;
  /** What the configuration called the detector when the breach was declared; null: it had forgotten it. */
  name: DetectorName | null;
  /** CLOCK_BOOTTIME milliseconds. Region, subscriber, detector and this name the breach. */
  periodStartedMs: number;
  periodMs: number;
  holdMs: number;
  /** When it was declared, in Unix milliseconds; when its period started, if its start event was missed. */
  startedAt: number;
  /** The end of its period and of its hold, in Unix milliseconds. */
  untilAt: number;
  /** In Unix milliseconds; null: it goes on. */
  endedAt: number | null;
  /** Signals counted in the period, as last heard. */
  counted: number;
  /** Attempts refused in the period, as last heard. */
  refused: number;
  /** Where sessions went that were counted in the period, as told last; at most 16. */
  destinations: readonly BreachDestination[];
  /** Of the policy that it was declared under, within its region; null: nobody told. */
  generation: number | null;
  /** The configuration that this policy was made of; null: not known. */
  revision: number | null;
  /** How it ended; null: it goes on, or that was not recorded yet. */
  end: BreachEnd | null;
  /** The events that told start and end; null: missed, or not told yet. An end without one is a conclusion. */
  startEvent: EventId | null;
  endEvent: EventId | null;
}

export interface BreachDestination {
  readonly address: string;
  readonly port: number;
  readonly sessions: number;
  /** When the last of them was opened, in Unix milliseconds. */
  readonly seenAt: number;
}

/**
 * `over`: its time was. `released`: by hand. `policy`: the policy has its detector no more, or another threshold. `missed`: nobody
 * told, and it is concluded.
 */
const endReasons = ["over", "released", "policy", "missed"] as const;

export interface BreachEnd {
  readonly reason: (typeof endReasons)[number];
  /** Who released him, or made the revision; null: nobody did, or it is not known. */
  readonly user: string | null;
  /** Where he was: `console`, or an address. */
  readonly from: string | null;
  /** In his words; null: he gave none. */
  readonly why: string | null;
  /** The configuration that changed the policy; null: none did, or it is not known. */
  readonly revision: number | null;
}

/** Of an event within a region. */
export interface EventId {
  readonly ring: number;
  readonly sequence: number;
}

/** A detector in the words of the configuration. */
export interface DetectorName {
  readonly package: number;
  /** Null: the package has no name. */
  readonly packageName: string | null;
  readonly service: string;
  readonly signal: string;
  readonly threshold: number;
  readonly periodSeconds: number;
  readonly window: Detector["window"];
  readonly holdSeconds: number;
  readonly count: Detector["count"];
  readonly actions: readonly string[];
}
