// Objects that were begun and do nothing yet, for the log.

import { number } from "../words.ts";
import type { Incomplete } from "./section.ts";

const NAMED_MAX = 5;

/** One sentence, with the first of them by name; undefined: every object is complete. */
export function incompleteText(found: readonly Incomplete[]): string | undefined {
  if (found.length === 0) return undefined;
  const named = found.slice(0, NAMED_MAX).map(({ object }) => object);
  const more = found.length - named.length;
  const all = more > 0 ? [...named, `${number(more)} more`] : named;
  return `These do nothing yet: ${all.join("; ")}. See "show configuration incomplete".`;
}
