// Does things one after the other, in the order in which they were asked for.

export class Turns {
  #last: Promise<unknown>;

  /** Nothing is done before `first` is over. */
  constructor(first: Promise<unknown> = Promise.resolve()) {
    this.#last = first;
  }

  /** Does it when all before it are over, however they ended. */
  take<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#last.then(action);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Until all that were asked for are over. */
  async over(): Promise<void> {
    await this.#last;
  }
}
