// Does things side by side, but no more than so many at once; the others wait in the order in which they were asked for.

export class Lanes {
  readonly #lanes: () => number;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  /** `lanes`: how many at once; it may change, but for one who waits there must be one who is to end. */
  constructor(lanes: () => number) {
    this.#lanes = lanes;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Nothing is done, and nobody waits. */
  get idle(): boolean {
    return this.#busy === 0;
  }

  /** Does it when there is room for it. */
  async take<T>(action: () => Promise<T>): Promise<T> {
    if (this.#busy < this.#lanes()) this.#busy++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await action();
    } finally {
      this.#busy--;
      this.#admit();
    }
  }

  #admit(): void {
    while (this.#busy < this.#lanes()) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#busy++;
      next();
    }
  }
}
