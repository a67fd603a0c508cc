// What the daemon's main thread and the store's thread say to each other about overrides.

import type { Prepared } from "../policy/prepare.ts";
import type { JudgedOverride, Override, OverrideRule } from "./override.ts";

/** What is asked for, by whom and why. */
export type OverrideChange =
  | ({ readonly kind: "make"; readonly rule: OverrideRule } & Pick<Override, "until"> & Decision)
  | ({ readonly kind: "clear"; readonly number: number } & Decision);

interface Decision {
  /** Unix milliseconds. */
  readonly at: number;
  readonly by: string;
  readonly from: string;
  readonly reason: string;
}

export interface OverrideProposal {
  /** The configuration in force, with the overrides as they would be. */
  readonly prepared: Prepared;
  /** As it would be made, or as it was. */
  readonly override: JudgedOverride;
  /** The number of the one whose place it would take; null: none's. */
  readonly replaced: number | null;
}

/** What became of those whose time is over. */
export interface Expired {
  readonly ended: readonly Override[];
  /** When the next one's time is over, in Unix milliseconds; null: none's will be. */
  readonly nextEnd: number | null;
}
