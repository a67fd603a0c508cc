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

/** A problem for each item whose key an earlier one has: "`kind` `key` is given twice". */
export function* repeats<T>(path: Path, list: readonly T[], kind: string, keyOf: (item: T) => Key): Iterable<Problem> {
  const keys = new Set<Key>();
  for (const [index, item] of list.entries()) {
    const key = keyOf(item);
    if (keys.has(key)) yield problem([...path, index], "given-twice", `${kind} ${key}`);
    keys.add(key);
  }
}

/** A list, and where it is. */
export type PlacedList = readonly [path: Path, list: readonly unknown[]];

/** A problem at the first item of these lists that is beyond the limit: "at most `limit` `kinds`". */
export function* excess(lists: readonly PlacedList[], limit: number, kinds: string): Iterable<Problem> {
  let room = limit;
  for (const [path, { length }] of lists) {
    if (length > room) return yield problem([...path, room], "too-many", kinds, limit);
    room -= length;
  }
}
