// Which override goes before the others, as the fast path finds it (dataplane/core/policy.h).

import { parsePrefix } from "../../cli/grammar/prefix.ts";
import type { JudgedOverride } from "./override.ts";

/** Whether it has any effect now. */
export function isInForce({ ended, idle, until }: JudgedOverride, now: number): boolean {
  return ended === null && idle === null && (until === null || until > now);
}

/**
 * Of overrides in force that are about one address, the one that decides about a service: an address's before a zone's, of those
 * the longest prefix's; of the same rank a block before an exemption. Undefined: none is about the service.
 */
export function decisiveIn(service: string, overrides: readonly JudgedOverride[]): JudgedOverride | undefined {
  const about = overrides.filter((each) => each.kind !== "assign" && (each.service ?? service) === service);
  return about.toSorted((a, b) => rankOf(b) - rankOf(a))[0];
}

function rankOf({ kind, prefix }: JudgedOverride): number {
  const place = prefix === null ? 0 : parsePrefix(prefix).length + 1;
  return 2 * place + (kind === "force-block" ? 1 : 0);
}
