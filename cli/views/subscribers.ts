// Subscribers: who has an address, and lists of them.

import { detectorText, subscriberText } from "../../mgmt/breaches/notice.ts";
import type { MappedAddress } from "../../mgmt/engine/region_data.ts";
import type { JudgedOverride } from "../../mgmt/overrides/override.ts";
import { nameIdOf } from "../../mgmt/subscribers/name-address.ts";
import { decisiveFor } from "../../mgmt/subscribers/state.ts";
import { blocks, type DetectorState, type Subscriber } from "../../mgmt/subscribers/subscriber.ts";
import { dateAndTime, number, timeAfter } from "../../mgmt/words.ts";
import { columns, fields, paragraphs } from "../columns.ts";
import { overrideLines } from "./overrides.ts";
import { actionText, packageText } from "./policy-words.ts";

export interface AddressOwners {
  readonly address: string;
  /** Of the address; null: none. */
  readonly group: string | null;
  readonly subscribers: readonly Subscriber[];
  /** In force, the closest first: they go before what his package says. */
  readonly overrides: readonly JudgedOverride[];
  readonly refusing: boolean;
}

/** Above those who are blocked while nobody is refused: `refusing` is whether any link is forwarding. */
export function notRefusingLines(refusing: boolean): string[] {
  return refusing ? [] : ["No link is forwarding: nothing is judged, and nobody is refused, whoever is blocked."];
}

/** Those who have an address: more than one if it is used in several VLANs. */
export function subscriberLines({ overrides, ...owners }: AddressOwners): string[] {
  return paragraphs(...ownerLines(owners), overrides.length > 0 ? [...overrideLines(overrides)] : []);
}

function ownerLines({ address, group, subscribers, refusing }: Omit<AddressOwners, "overrides">): string[][] {
  if (subscribers.length > 0) return [notRefusingLines(refusing), ...subscribers.map(oneLines)];
  if (group === null) return [[`${address} is no subscriber's: nothing is counted of it.`]];
  return [[`${address} belongs to the anonymous group "${group}" and was not seen lately.`]];
}

function oneLines(each: Subscriber): string[] {
  return [
    ...fields({
      Subscriber: subscriberText(each),
      ...belongingFields(each),
      Package: packageText(each.package),
      ...standingFields(each),
    }),
    ...(each.detectors.length > 0 ? ["", ...detectorLines(each.detectors)] : []),
  ];
}

/** How it stands with him. */
export function standingFields(each: Subscriber): Record<string, string> {
  return {
    State: stateText(each),
    "First seen": dateAndTime(each.firstSeenAt),
    "Last seen": dateAndTime(each.lastSeenAt),
    "Open sessions": number(each.openSessions),
  };
}

/** A name has no group. */
function belongingFields({ subscriber, group, template, via }: Subscriber): Record<string, string> {
  if (nameIdOf(subscriber.address) !== undefined) return via ? { Mapping: mappedText(via) } : {};
  return { "Anonymous group": group ?? "none any more", Template: template === null ? "none" : `${template}` };
}

/** `10.1.2.0/24`, `10.1.2.3@100.7`. */
function mappedText({ address, prefixLength, tags }: MappedAddress): string {
  const { innerVlan } = tags ?? { innerVlan: 0 };
  const isHost = prefixLength === (address.includes(":") ? 128 : 32);
  const within = tags ? `@${tags.outerVlan}${innerVlan === 0 ? "" : `.${innerVlan}`}` : "";
  return `${address}${isHost ? "" : `/${prefixLength}`}${within}`;
}

/** Of several breaches the one that blocks, of those alike the one that lasts longest. */
function stateText({ state, detectors, overrides }: Subscriber): string {
  if (state === "force-blocked" || state === "exempt") return state;
  const breaches = detectors.filter((each) => each.inBreach && !decisiveFor(each, overrides));
  const decisive = state === "blocked" ? breaches.filter(blocks) : breaches;
  const [last] = decisive.toSorted((a, b) => (b.period?.untilAt ?? 0) - (a.period?.untilAt ?? 0));
  if (!last?.period?.untilAt) return state;
  return `${state} until ${dateAndTime(last.period.untilAt)}: ${nameText(last)}`;
}

export function detectorLines(detectors: readonly DetectorState[]): string[] {
  return columns(
    ["DETECTOR", "ACTION", "COUNTED", "REFUSED", "PERIOD SINCE", "UNTIL", "IN BREACH"],
    detectors.map((each) => [
      nameText(each),
      actionText(each),
      each.counted,
      each.refused,
      each.period ? dateAndTime(each.period.startedAt) : "-",
      each.period?.untilAt ? timeAfter(each.period.startedAt, each.period.untilAt) : "-",
      each.inBreach ? "yes" : "no",
    ]),
  );
}

/** `10 sessions of smtp-outbound in 60 s`. */
export function nameText({ name, id, counted, period }: DetectorState): string {
  return detectorText({ name, detector: id ?? 0, counted, periodMs: period?.periodMs ?? 0 });
}

/** Lines whose columns are made to fit at once: a long list is read as it is made. */
const FITTED = 100;

export interface SubscriberList {
  readonly subscribers: readonly Subscriber[];
  /** There are others. */
  readonly more: boolean;
  readonly refusing: boolean;
}

export function* subscriberListLines({ subscribers, more, refusing }: SubscriberList): Iterable<string> {
  yield* notRefusingLines(refusing).flatMap((line) => [line, ""]);
  for (let first = 0; first < subscribers.length; first += FITTED) {
    const [heading = "", ...rows] = listLines(subscribers.slice(first, first + FITTED));
    if (first === 0) yield heading;
    yield* rows;
  }
  if (more) yield `Only the first ${number(subscribers.length)} are listed.`;
  else if (subscribers.length === 0) yield "There are no subscribers.";
}

function listLines(subscribers: readonly Subscriber[]): string[] {
  return columns(
    ["SUBSCRIBER", "ANONYMOUS GROUP", "PACKAGE", "STATE", "LAST SEEN", "OPEN SESSIONS"],
    subscribers.map((each) => [
      subscriberText(each),
      each.group ?? "-",
      packageText(each.package),
      each.state,
      dateAndTime(each.lastSeenAt),
      each.openSessions,
    ]),
  );
}

/** Raw digits: programs that watch an SCE look for `There are (.*) subscribers`. */
export function amountLines({ amount }: { readonly amount: number }): string[] {
  return [`There are ${amount} subscribers.`];
}

export interface SubscriberNames {
  readonly amount: number;
  /** Of as many as are listed. */
  readonly names: readonly string[];
}

export function subscriberNameLines({ amount, names }: SubscriberNames): string[] {
  const more = amount > names.length ? [`Only ${number(names.length)} of them are listed.`] : [];
  return [...amountLines({ amount }), ...names, ...more];
}
