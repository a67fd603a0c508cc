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

export function pathsOf(path: Path, list: readonly unknown[]): Path[] {
  return list.map((_, index) => [...path, index]);
}

/** A problem for each item whose key an earlier one has: "`kind` `key` is given twice". */
export function* repeats<T>(path: Path, list: readonly T[], kind: string, keyOf: (item: T) => Key): Iterable<Problem> {
  const keys = new Set<Key>();
  for (const [index, item] of list.entries()) {
    const key = keyOf(item);
    if (keys.has(key)) yield problem([...path, index], "given-twice", `${kind} ${key}`);
    keys.add(key);
  }
}

/** A problem at the first of these that is beyond the limit: "at most `limit` `kinds`". */
export function* excess(paths: readonly Path[], limit: number, kinds: string): Iterable<Problem> {
  const first = paths[limit];
  if (first) yield problem(first, "too-many", kinds, limit);
}
