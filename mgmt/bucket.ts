// A token bucket: so many a second over time, so many at once.

export interface BucketSize {
  readonly perSecond: number;
  readonly burst: number;
}

export class Bucket {
  readonly #size: BucketSize;
  readonly #nowMs: () => number;
  #tokens: number;
  #filledMs: number | undefined;

  /** `nowMs`: milliseconds on a clock that is never set. */
  constructor(size: BucketSize, nowMs: () => number) {
    this.#size = size;
    this.#nowMs = nowMs;
    this.#tokens = size.burst;
  }

  /** Takes one; false: there is none. */
  take(): boolean {
    this.#fill();
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  #fill(): void {
    const nowMs = this.#nowMs();
    const elapsedMs = nowMs - (this.#filledMs ?? nowMs);
    this.#filledMs = nowMs;
    this.#tokens = Math.min(this.#size.burst, this.#tokens + (elapsedMs * this.#size.perSecond) / 1000);
  }
}
