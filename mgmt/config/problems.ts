// What can be wrong with a whole configuration.

import { cliText, type ErrorCode, type ErrorParameters } from "../errors.ts";
import type { Key } from "./lists.ts";

/** Where something is in the configuration: `["services", 2, "zone", "name"]`. */
export type Path = readonly Key[];

export interface Problem {
  readonly path: Path;
  readonly code: ErrorCode;
  /** A sentence that says what to do. */
  readonly message: string;
}

export function problem<Code extends ErrorCode>(path: Path, code: Code, ...parameters: ErrorParameters<Code>): Problem {
  return { path, code, message: cliText(code, ...parameters) };
}

/** A problem for each item whose key an earlier item has. `nameOf` begins the sentence. */
export function* repeats<T>(
  path: Path,
  list: readonly T[],
  keyOf: (item: T) => Key,
  nameOf: (item: T) => string,
): Iterable<Problem> {
  const keys = new Set<Key>();
  for (const [index, item] of list.entries()) {
    if (keys.has(keyOf(item))) yield problem([...path, index], "given-twice", nameOf(item));
    keys.add(keyOf(item));
  }
}

/** A problem at the first item beyond the limit. `items` says what they are, in the plural. */
export function* excess(path: Path, list: readonly unknown[], limit: number, items: string): Iterable<Problem> {
  if (list.length > limit) yield problem([...path, limit], "too-many", items, limit);
}
