// What the configuration says, in a word or two: packages, what detectors do.

import type { DetectorName } from "../../mgmt/breaches/breach.ts";
import type { SubscriberPackage } from "../../mgmt/subscribers/subscriber.ts";

/** `0 "residential"`. */
export function packageText(owner: SubscriberPackage | null): string {
  if (!owner) return "none";
  return owner.name === null ? `${owner.id}` : `${owner.id} "${owner.name}"`;
}

/** `report`, `block`, `block reset cut`: of a forgotten detector nothing is known. */
export function actionText({ name }: { readonly name: DetectorName | null }): string {
  if (!name) return "-";
  const actions = name.actions.filter((action) => action !== "report");
  return actions.length > 0 ? actions.join(" ") : "report";
}
