// What the appliance and the bench's NAS have in common.

export const radiusKey = "bench-only";

/** What came of a NAS's requests. */
export interface Told {
  readonly perSecond: number;
  readonly repeated: number;
  /** Answers that are none of the request's. */
  readonly wrong: number;
  /** Until the answer. */
  readonly medianMs: number;
  readonly longestMs: number;
}
