// Does things side by side, but no more than so many at once; the others wait in the order in which they were asked for.

export class Lanes {
  readonly #lanes: number;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(lanes: number) {
    this.#lanes = lanes;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Does it when there is room for it. */
  async take<T>(action: () => Promise<T>): Promise<T> {
    if (this.#busy < this.#lanes) this.#busy++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await action();
    } finally {
      // Whoever is next takes the place over.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#busy--;
    }
  }
}
