// Subscribers by name: one, lists of them, and what can be typed to have them again.

import type { SubscriberMode } from "../../mgmt/config/sections/subscribers.ts";
import type { Introduced, Named, NamedMapping } from "../../mgmt/subscribers/names/queries.ts";
import type { Subscriber, SubscriberPackage } from "../../mgmt/subscribers/subscriber.ts";
import { dateAndTime, number } from "../../mgmt/words.ts";
import { columns, fields, paragraphs } from "../columns.ts";
import { argumentTypes } from "../grammar/argument-types.ts";
import { packageText } from "./policy-words.ts";
import { detectorLines, notRefusingLines, standingFields } from "./subscribers.ts";

export interface ShownName extends Omit<Named, "package"> {
  readonly package: SubscriberPackage | null;
  readonly mode: SubscriberMode;
  /** As the fast path has him; null: it does not. */
  readonly subscriber: Subscriber | null;
  readonly refusing: boolean;
}

export function nameLines(shown: ShownName): string[] {
  return paragraphs(effectLines(shown), whoLines(shown), nameMappingLines(shown), countedLines(shown));
}

export function nameCounterLines(shown: ShownName): string[] {
  const { name, subscriber } = shown;
  const standing = fields({ Subscriber: name, ...(subscriber ? standingFields(subscriber) : {}) });
  return paragraphs(effectLines(shown), standing, countedLines(shown));
}

export function nameMappingLines({ mappings }: Pick<Named, "mappings">): string[] {
  if (mappings.length === 0) return ["Nothing of the network is his now."];
  return columns(["MAPPING", "BY", "SESSION", "SINCE", "UNTIL"], mappings.map(mappingRow));
}

export function nameListLines({ names, more }: { readonly names: readonly string[]; readonly more: boolean }) {
  if (names.length === 0) return ["There are no subscribers."];
  return [...names, ...(more ? [`Only the first ${number(names.length)} are listed.`] : [])];
}

/** In `interface LineCard 0`. */
export function* introducedLines(introduced: readonly Introduced[]): Iterable<string> {
  for (const { name, package: id, mappings } of introduced) {
    const line = ` subscriber name ${argumentTypes.NAME.print(name)}`;
    yield id === 0 ? line : `${line} package ${id}`;
    for (const mapping of mappings) yield `${line} mapping ${mapping}`;
  }
}

function effectLines({ mode, refusing }: ShownName): string[] {
  if (mode === "aware") return notRefusingLines(refusing);
  return ['Names have no effect: "subscriber mode aware" gives them some.'];
}

function whoLines({ name, fixed, createdAt, package: owner, subscriber }: ShownName): string[] {
  return fields({
    Subscriber: name,
    Introduced: `${dateAndTime(createdAt)}, ${fixed ? "by a person" : "by a login"}`,
    Package: packageText(subscriber?.package ?? owner),
    ...(subscriber ? standingFields(subscriber) : {}),
  });
}

function countedLines({ subscriber, mode }: ShownName): string[] {
  if (subscriber) return subscriber.detectors.length > 0 ? detectorLines(subscriber.detectors) : [];
  return mode === "aware" ? ["The fast path does not know him now."] : [];
}

function mappingRow({ text, session, since, expiresAt }: NamedMapping): string[] {
  return [
    text,
    session?.feed ?? "a person",
    session ? `${session.id} at ${session.nas}` : "-",
    dateAndTime(since),
    expiresAt === null ? "-" : dateAndTime(expiresAt),
  ];
}
