// How a breach ended: what its end event says, and who was behind it as far as it is known.

import type { EngineEvent } from "../engine/region_data.ts";
import type { Breach, BreachEnd } from "./breach.ts";
import type { Release } from "./releases.ts";

/** Knows who was behind what the fast path tells. */
export interface EndContext {
  /** Of the configuration that a policy of a region was made of; null: not known. */
  revisionOf(region: string, generation: number): number | null;
  /** The release that ended a breach; undefined: not known. */
  releaseOf(facts: Pick<EngineEvent, "subscriber" | "detector">): Release | undefined;
}

const nobody = { user: null, from: null, why: null, revision: null } as const;

/** Nobody told. */
export const missedEnd: BreachEnd = { ...nobody, reason: "missed" };

export function endOf(breach: Breach, event: EngineEvent, context: EndContext): BreachEnd {
  switch (event.reason) {
    case "released":
      return releasedEnd(context.releaseOf(event));
    case "policy":
      return policyEnd(breach, context.revisionOf(breach.region, event.generation));
    default:
      return { ...nobody, reason: "over" };
  }
}

function releasedEnd(release: Release | undefined): BreachEnd {
  if (!release) return { ...nobody, reason: "released" };
  const { user, from, why } = release;
  return { ...nobody, reason: "released", user, from, why };
}

/** A policy of the same configuration has other overrides: the configuration did not end the breach. */
function policyEnd({ revision: before }: Breach, revision: number | null): BreachEnd {
  const changed = before !== null && before !== revision;
  return { ...nobody, reason: "policy", revision: changed ? revision : null };
}
