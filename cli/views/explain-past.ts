// What was before, and who decided what about a subscriber: as sentences.

import { OF_CONFIGURATION } from "../../mgmt/engine/policy_override.ts";
import type { Finding } from "../../mgmt/explain/findings.ts";
import { type JudgedOverride, targetText } from "../../mgmt/overrides/override.ts";
import { dateAndTime, number } from "../../mgmt/words.ts";

type Of<K extends Finding["kind"]> = Extract<Finding, { kind: K }>;

export function past({ days, breaches, isMore, services, latestAt }: Of<"past">): string {
  if (latestAt === null) return `In the last ${days} days no breach of his ended.`;
  const count = `${isMore ? "at least " : ""}${number(breaches)} ${breaches === 1 ? "breach" : "breaches"} of his ended`;
  const each = services.map(({ service, breaches: of }) => `${number(of)} of ${service ?? "forgotten detectors"}`);
  return `In the last ${days} days ${count}: ${each.join(", ")}; the latest began ${dateAndTime(latestAt)}.`;
}

export function pastRelease({ at, service, user, from, why }: Of<"past-release">): string {
  const what = service === null ? "" : ` from ${service}`;
  const by = user === null ? "" : ` by ${user} from ${from}`;
  return `${dateAndTime(at)} he was released${what}${by}${why === null ? "" : `: "${why}"`}.`;
}

export function pastOverride(each: JudgedOverride): string[] {
  const { kind, service, package: id, ended } = each;
  const was = kind === "exempt" ? "exempt in" : "refused by force";
  const what =
    kind === "assign"
      ? `Package ${id} was assigned to him`
      : `He was ${was} ${service ?? "every service that is used"}`;
  const end = ended
    ? `until ${dateAndTime(ended.at)}, ended by ${ended.by}${ended.reason === "" ? "" : `: "${ended.reason}"`}`
    : "";
  return [`${what} ${end}.`, decision(each)];
}

/** By whom, when and why. */
export function decision(each: JudgedOverride): string {
  if (each.number === OF_CONFIGURATION) return `By ${overrideName(each)}.`;
  const ends = each.until === null ? "for good" : `until ${dateAndTime(each.until)}`;
  const made = `made by ${each.madeBy} from ${each.madeFrom} ${dateAndTime(each.madeAt)} ${ends}`;
  return `By ${overrideName(each)} of ${targetText(each)}, ${made}: "${each.reason}".`;
}

/** `override 4`, `"mass-mailing exempt zone offices" of the configuration`. */
export function overrideName({ number: id, kind, zone, service }: JudgedOverride): string {
  if (id !== OF_CONFIGURATION) return `override ${id}`;
  return `"mass-mailing ${kind} zone ${zone}${service === null ? "" : ` service ${service}`}" of the configuration`;
}
