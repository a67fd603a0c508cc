// What subscribers used of services, a minute each, as it is kept and told.

import type { SubscriberAddress } from "../engine/region_data.ts";

/** By what subscribers are ranked. */
export const metrics = ["sessions", "refused", "destinations", "bytes"] as const;
export type Metric = (typeof metrics)[number];

/** What one subscriber used of one service in one minute. */
export interface NamedUsage {
  readonly subscriber: SubscriberAddress;
  /** Its name in the configuration then. */
  readonly service: string;
  /** Opened, and passed. */
  readonly sessions: number;
  /** Attempts that were refused. */
  readonly refused: number;
  /** Of frames, both ways. */
  readonly bytes: number;
  /** Who they went to: DESTINATION_BITS bits, one set for each destination by its hash. */
  readonly destinations: Uint8Array;
}

/** A minute that was read from the fast path. */
export interface UsageMinute {
  /** The machine's run. */
  readonly bootId: string;
  /** Since that began: CLOCK_BOOTTIME in whole minutes. With `bootId` it names the minute. */
  readonly bootMinute: number;
  /** Unix milliseconds. */
  readonly startedAt: number;
  /** One process of the fast path served all of it. */
  readonly whole: boolean;
  /** Names of the services that packages measured when it was read. */
  readonly measured: readonly string[];
}

/** A row of the record. */
export interface UsageRow extends Omit<NamedUsage, "destinations"> {
  /** Its minute, in Unix milliseconds. */
  readonly startedAt: number;
  readonly destinations: DestinationCount;
}

/** How many different destinations, nearly. */
export interface DestinationCount {
  readonly count: number;
  /** There may be any number more: the bitmap is full. */
  readonly isMore: boolean;
}

/** Of struct usage_minute (dataplane/core/records.h). */
const DESTINATION_BITS = 128;

/** What a full bitmap stands for: as many as set the last bit, on average. */
const COUNTED_MAX = Math.round(DESTINATION_BITS * Math.log(DESTINATION_BITS));

/**
 * Linear counting (Whang, Vander-Zanden and Taylor 1990): -m ln(V / m) for V of m bits not set. Of 100 destinations it is wrong by
 * a tenth or so.
 */
export function destinationCount(bitmap: Uint8Array): DestinationCount {
  const clear = DESTINATION_BITS - bitsSet(bitmap);
  if (clear === 0) return { count: COUNTED_MAX, isMore: true };
  return { count: Math.round(DESTINATION_BITS * Math.log(DESTINATION_BITS / clear)), isMore: false };
}

function bitsSet(bitmap: Uint8Array): number {
  let count = 0;
  for (let byte of bitmap) for (; byte !== 0; byte &= byte - 1) count++;
  return count;
}
