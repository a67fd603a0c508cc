// The two clocks of the appliance: people and the store have Unix time, the fast path has boot time.

/** In milliseconds. */
export const MINUTE_MS = 60_000;

export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** CLOCK_BOOTTIME in milliseconds. */
  nowMs(): number;
}

/** What both said at one moment. */
export interface Moment {
  readonly now: number;
  readonly nowMs: number;
}

/** Resolves after so many milliseconds; nobody stays alive for it. */
export type Wait = (ms: number) => Promise<void>;

/**
 * The Unix time of a boot time. Both pass alike, except where the clock is set, so they are compared whenever a time is told,
 * once: what names a thing stays in boot time, what was told stays as it was told.
 */
export function unixTime({ now, nowMs }: Clock, bootMs: number): number {
  return Math.round(now() - (nowMs() - bootMs));
}

export function momentOf(clock: Clock): Moment {
  return { now: clock.now(), nowMs: clock.nowMs() };
}

/** The boot time of a Unix time, as long as the clock is not set. */
export function bootTime({ now, nowMs }: Moment, unixMs: number): number {
  return Math.round(unixMs - now + nowMs);
}

/** The clock was set since, by more than a second: boot times that were reckoned then are wrong. */
export function wasSetSince(then: Moment, now: Moment): boolean {
  return Math.abs(now.now - now.nowMs - (then.now - then.nowMs)) > 1000;
}
