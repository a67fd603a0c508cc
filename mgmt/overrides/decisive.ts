// Which override goes before the others, as the fast path finds it (dataplane/core/policy.h).

import { parsePrefix } from "../../cli/grammar/prefix.ts";
import type { JudgedOverride } from "./override.ts";

/** Whether it has any effect now. */
export function isInForce({ ended, idle, until }: JudgedOverride, now: number): boolean {
  return ended === null && idle === null && (until === null || until > now);
}

/**
 * Of overrides in force that are about one subscriber, the one that decides about a service: a name's, an address's, a zone's; of those
 * the longest prefix's; of the same rank a block before an exemption. Undefined: none is about the service.
 */
export function decisiveIn(service: string, overrides: readonly JudgedOverride[]): JudgedOverride | undefined {
  const about = overrides.filter((each) => each.kind !== "assign" && (each.service ?? service) === service);
  return about.toSorted((a, b) => rankOf(b) - rankOf(a))[0];
}

/** Beyond that of any prefix. */
const NAME_PLACE = 1000;

function rankOf({ kind, prefix, name }: JudgedOverride): number {
  const length = prefix === null ? 0 : parsePrefix(prefix).length + 1;
  const place = name === null ? length : NAME_PLACE;
  return 2 * place + (kind === "force-block" ? 1 : 0);
}

/** The package that was assigned, of overrides about somebody: to one who has a name by his name only, whatever his addresses are. */
export function assignedTo(isNamed: boolean, overrides: readonly JudgedOverride[]): JudgedOverride | undefined {
  return overrides.find(({ kind, name }) => kind === "assign" && (name !== null) === isNamed);
}
