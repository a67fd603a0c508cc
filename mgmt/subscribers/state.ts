// What becomes of a subscriber's sessions, by his breaches and by what people decided about him.

import { decisiveIn } from "../overrides/decisive.ts";
import type { JudgedOverride } from "../overrides/override.ts";
import { blocks, type DetectorState, type Subscriber } from "./subscriber.ts";

/** `overrides`: those about him in force. `services`: the policy's. */
export function stateOf(
  detectors: readonly DetectorState[],
  overrides: readonly JudgedOverride[],
  services: readonly string[],
): Subscriber["state"] {
  const decisive = services.map((service) => decisiveIn(service, overrides)?.kind);
  const breaches = detectors.filter((each) => each.inBreach && !decisiveFor(each, overrides));
  if (decisive.includes("force-block")) return "force-blocked";
  if (breaches.some(blocks)) return "blocked";
  if (breaches.length > 0) return "reported";
  return decisive.includes("exempt") ? "exempt" : "clear";
}

/** The override that decides about a detector's service in its place; undefined: none does. */
export function decisiveFor(
  { name }: Pick<DetectorState, "name">,
  overrides: readonly JudgedOverride[],
): JudgedOverride | undefined {
  return name ? decisiveIn(name.service, overrides) : undefined;
}
