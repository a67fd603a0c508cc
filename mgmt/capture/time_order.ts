// Puts what several rings hold, each in order of time, into one order of time.

/** Of one reader, who looks at all rings again and again. */
export class TimeOrder<T extends { readonly timeUs: number }> {
  /** From the look before, in order. */
  #held: readonly T[] = [];

  /**
   * Takes all that a look found, and returns, in order, that before which nothing can come any more: what an earlier look found,
   * and what is older. The rest is held until the next look, because another ring's writer may have been about to write.
   */
  next(found: readonly T[]): readonly T[] {
    const latest = this.#held.at(-1)?.timeUs ?? -1;
    const all = [...this.#held, ...found].toSorted((a, b) => a.timeUs - b.timeUs);
    this.#held = all.filter(({ timeUs }) => timeUs > latest);
    return all.slice(0, all.length - this.#held.length);
  }
}
