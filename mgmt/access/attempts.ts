// How often a secret may be tried: after some wrong ones a pause, which doubles with each further one.

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** After so long without a wrong try all are forgiven. */
const FORGIVEN_MS = 15 * 60_000;

export class Attempts {
  readonly #free: number;
  readonly #nowMs: () => number;
  #wrong = 0;
  #wrongMs = Number.NEGATIVE_INFINITY;

  /** `free`: wrong tries that cost nothing. `nowMs`: milliseconds on a clock that is never set. */
  constructor(free: number, nowMs: () => number) {
    this.#free = free;
    this.#nowMs = nowMs;
  }

  /** Milliseconds until another try is allowed. */
  get pauseMs(): number {
    this.#forgive();
    if (this.#wrong < this.#free) return 0;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#wrong - this.#free));
    return Math.max(0, this.#wrongMs + pause - this.#nowMs());
  }

  /** None was wrong lately. */
  get clean(): boolean {
    this.#forgive();
    return this.#wrong === 0;
  }

  /** A try counts as wrong until it was right: others may begin meanwhile. */
  begun(): void {
    this.#forgive();
    this.#wrong++;
    this.#wrongMs = this.#nowMs();
  }

  wasRight(): void {
    this.#wrong = Math.max(0, this.#wrong - 1);
  }

  #forgive(): void {
    if (this.#nowMs() - this.#wrongMs >= FORGIVEN_MS) this.#wrong = 0;
  }
}
