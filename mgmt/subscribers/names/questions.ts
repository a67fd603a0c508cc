// What is asked about names, from outside their thread. Each rejects with a Sentence when the file cannot be read.

import type { Wait } from "../../time.ts";
import type { NameDirectory } from "../name-directory.ts";
import { KnownNames } from "./known-names.ts";
import type { Introduced, Named, NameFilter } from "./queries.ts";
import type { NameStore } from "./store.ts";

/** As many as are drawn at once. */
const PAGE = 500;

export class NameQuestions implements NameDirectory {
  readonly #names: Pick<NameStore, "call">;
  readonly #known: KnownNames;

  constructor(names: Pick<NameStore, "call">, wait: Wait) {
    this.#names = names;
    this.#known = new KnownNames({ ask: (ids) => names.call("namesOf", ids), wait });
  }

  namesOf(ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
    return this.#known.of(ids);
  }

  namesSoon(ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
    return this.#known.soon(ids);
  }

  idOf(name: string): Promise<number | undefined> {
    return this.#names.call("idOf", name);
  }

  /** Undefined: no subscriber has that name now. */
  named(name: string): Promise<Named | undefined> {
    return this.#names.call("named", name);
  }

  count(filter: NameFilter): Promise<number> {
    return this.#names.call("count", filter);
  }

  /** Pages, in order of their bytes. */
  async *list(filter: NameFilter): AsyncIterable<readonly string[]> {
    yield* pages(
      (after) => this.#names.call("page", filter, after, PAGE),
      (name) => name,
    );
  }

  /** Pages of those that a person introduced, as `list`. */
  async *introduced(): AsyncIterable<readonly Introduced[]> {
    yield* pages(
      (after) => this.#names.call("introducedPage", after, PAGE),
      ({ name }) => name,
    );
  }
}

async function* pages<T>(
  page: (after: string) => Promise<readonly T[]>,
  nameOf: (item: T) => string,
): AsyncIterable<readonly T[]> {
  for (let after = ""; ; ) {
    const items = await page(after);
    const last = items.at(-1);
    if (last === undefined) return;
    yield items;
    after = nameOf(last);
  }
}
