// Gathers what many tell, so that it is stored at once: a disk takes as long for one as for hundreds.

import type { Wait } from "../../time.ts";

/** What is told within this, or so many items, goes together. */
const GATHER_MS = 10;
const GATHERED = 256;

/** Items that go together when many came meanwhile: to hand over more keeps others waiting. */
const TOGETHER_MAX = 1024;

interface Waiting<Item, Result> extends PromiseWithResolvers<readonly Result[]> {
  readonly items: readonly Item[];
}

export interface GathererParts<Item, Result> {
  readonly wait: Wait;
  /** Calls `take` when its turn has come, and gives a result for each. */
  commit(take: () => readonly Item[]): Promise<readonly Result[]>;
}

export class Gatherer<Item, Result> {
  readonly #parts: GathererParts<Item, Result>;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #count = 0;
  /** Resolved when enough wait; undefined: nothing is gathered. */
  #enough: PromiseWithResolvers<void> | undefined;

  constructor(parts: GathererParts<Item, Result>) {
    this.#parts = parts;
  }

  /** Resolves when they are committed, and rejects with what that rejects with. */
  take(items: readonly Item[]): Promise<readonly Result[]> {
    const waiting = { items, ...Promise.withResolvers<readonly Result[]>() };
    this.#waiting.push(waiting);
    this.#count += items.length;
    this.#gather();
    return waiting.promise;
  }

  /** Waits for no more. */
  hurry(): void {
    this.#enough?.resolve();
  }

  #gather(): void {
    if (!this.#enough) {
      this.#enough = Promise.withResolvers<void>();
      void Promise.race([this.#parts.wait(GATHER_MS), this.#enough.promise]).then(() => this.#commit());
    }
    if (this.#count >= GATHERED) this.#enough.resolve();
  }

  async #commit(): Promise<void> {
    let together: readonly Waiting<Item, Result>[] = [];
    try {
      const results = await this.#parts.commit(() => {
        together = this.#together();
        return together.flatMap(({ items }) => items);
      });
      let at = 0;
      for (const { items, resolve } of together) {
        resolve(results.slice(at, at + items.length));
        at += items.length;
      }
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
  }

  /** Whoever has come by now; of too many the rest goes next. */
  #together(): readonly Waiting<Item, Result>[] {
    let count = 0;
    let groups = 0;
    for (const { items } of this.#waiting) {
      if (groups > 0 && count + items.length > TOGETHER_MAX) break;
      count += items.length;
      groups++;
    }
    this.#count -= count;
    const together = this.#waiting.splice(0, groups);
    this.#enough = undefined;
    if (this.#waiting.length > 0) this.#gather();
    return together;
  }
}
