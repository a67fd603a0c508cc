// A subscriber in the words of the configuration. Times are Unix milliseconds, numbers are raw.

import type { DetectorName } from "../breaches/breach.ts";
import type { MappedAddress, SubscriberAddress } from "../engine/region_data.ts";
import type { JudgedOverride } from "../overrides/override.ts";

export interface Subscriber {
  readonly subscriber: SubscriberAddress;
  /** Null: he has a name, or no group of the configuration has his address any more. */
  readonly group: string | null;
  readonly template: number | null;
  readonly package: SubscriberPackage | null;
  /** Of a name that was asked for by address: the mapping that has it. */
  readonly via: MappedAddress | null;
  /**
   * `force-blocked`: an override refuses sessions of some service. `blocked`: a breach does. `reported`: in breach, and nothing is
   * refused. `exempt`: in some service, and in no breach of another.
   */
  readonly state: "force-blocked" | "blocked" | "reported" | "exempt" | "clear";
  /** In force, those that are about him, the closest first. */
  readonly overrides: readonly JudgedOverride[];
  /** His last session's opening or end. */
  readonly lastSeenAt: number;
  readonly firstSeenAt: number;
  /** Counted TCP sessions that are open and were answered. */
  readonly openSessions: number;
  /** Those of his package, and others whose periods go on. */
  readonly detectors: readonly DetectorState[];
}

export interface SubscriberPackage {
  readonly id: number;
  /** Null: it has none. */
  readonly name: string | null;
}

/** What a detector has counted of a subscriber in the period that goes on. */
export interface DetectorState {
  /** The policy's id; null: nothing is counted now. */
  readonly id: number | null;
  /** Null: the configuration has forgotten it. */
  readonly name: DetectorName | null;
  readonly counted: number;
  readonly refused: number;
  /**
   * Null: no period goes on. Of a breach it lasts as long as that. Else a sliding one began with the first signal since it was
   * empty, and has no end. `periodMs`: without the hold.
   */
  readonly period: { readonly startedAt: number; readonly untilAt: number | null; readonly periodMs: number } | null;
  readonly inBreach: boolean;
  /** When the breach was declared, if somebody heard of it. */
  readonly breachedAt: number | null;
}

/** Whether the detector's breaches refuse sessions. */
export function blocks({ name }: Pick<DetectorState, "name">): boolean {
  return name?.actions.includes("block") ?? false;
}

/** The VLAN ids that a subscriber's packets carry, the outer one first. */
export function tagsOf({ outerVlan, innerVlan }: SubscriberAddress): number[] {
  return [outerVlan, innerVlan].filter((id) => id !== 0);
}
