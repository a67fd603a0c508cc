// Overrides: what became of one, lists of them, and the lines that make them.

import { OF_CONFIGURATION } from "../../mgmt/engine/policy_override.ts";
import type { Overridden } from "../../mgmt/overrides/keeper.ts";
import { type JudgedOverride, ruleText } from "../../mgmt/overrides/override.ts";
import { dateAndTime } from "../../mgmt/words.ts";
import { columns, paragraphs } from "../columns.ts";
import { argumentTypes } from "../grammar/argument-types.ts";

const WAITS = "No fast path takes it now: the next one will.";

export function madeLines({ override, replaced, outcome }: Overridden): string[] {
  const { number, until, idle } = override;
  const end = until === null ? "" : ` until ${dateAndTime(until)}`;
  return [
    `Override ${number}: ${ruleText(override)}${end}.`,
    ...(replaced === null ? [] : [`It takes the place of override ${replaced}.`]),
    ...(idle === null ? [] : [`It is without effect. ${idle}`]),
    ...(outcome === "waiting" ? [WAITS] : []),
  ];
}

export function clearedLines({ override, outcome }: Overridden): string[] {
  return [`Override ${override.number} is over: ${ruleText(override)}.`, ...(outcome === "waiting" ? [WAITS] : [])];
}

/** Rows whose columns are made to fit at once: a long list is read as it is made. */
const FITTED = 100;

export function* overrideLines(found: readonly JudgedOverride[]): Iterable<string> {
  if (found.length === 0) yield "There are no overrides.";
  const withEnd = found.some(({ ended }) => ended !== null);
  for (let first = 0; first < found.length; first += FITTED) {
    const [heading = "", ...rows] = rowLines(found.slice(first, first + FITTED), withEnd);
    if (first === 0) yield heading;
    yield* rows;
  }
  yield* paragraphs(["x"], idleLines(found)).slice(1);
}

function rowLines(found: readonly JudgedOverride[], withEnd: boolean): string[] {
  return columns(
    ["NUMBER", "OVERRIDE", "UNTIL", "MADE", "BY", ...(withEnd ? ["ENDED"] : []), "REASON"],
    found.map((each) => [
      isConfigured(each) ? "-" : `${each.number}`,
      ruleText(each),
      each.until === null ? "-" : dateAndTime(each.until),
      isConfigured(each) ? "-" : dateAndTime(each.madeAt),
      each.madeBy,
      ...(withEnd ? [endText(each)] : []),
      each.reason,
    ]),
  );
}

/** A line of the configuration. */
function isConfigured({ number }: JudgedOverride): boolean {
  return number === OF_CONFIGURATION;
}

/** `2026-11-22 12:00:03 by alice: moved away`. */
function endText({ ended }: JudgedOverride): string {
  if (!ended) return "-";
  const { at, by, reason } = ended;
  return `${dateAndTime(at)} by ${by}${reason === "" ? "" : `: ${reason}`}`;
}

function idleLines(found: readonly JudgedOverride[]): string[] {
  return found.flatMap(({ number, idle }) => (idle === null ? [] : [`Override ${number} is without effect. ${idle}`]));
}

/** As they can be typed again: one that has a time for what is left of it. */
export function typedLines(found: readonly JudgedOverride[], now: number): string[] {
  return found.map((each) => {
    const { kind, prefix, name, zone, service, package: id, until, reason } = each;
    const words = [
      kind,
      whomTyped({ prefix, name, zone }),
      ...(id === null ? [] : [`package ${id}`]),
      ...(service === null ? [] : [`service ${service}`]),
      ...(until === null ? [] : [`for ${Math.max(1, Math.ceil((until - now) / 60_000))}`]),
      `reason ${argumentTypes.LINE.print(reason)}`,
    ];
    return words.join(" ");
  });
}

function whomTyped({ prefix, name, zone }: Pick<JudgedOverride, "prefix" | "name" | "zone">): string {
  if (name !== null) return `subscriber name ${argumentTypes.STRING.print(name)}`;
  return prefix === null ? `zone ${zone}` : `subscriber ip ${prefix}`;
}
