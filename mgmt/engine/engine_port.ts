// The port to the fast path: all that the daemon asks of it and hears from it. native_engine.ts is the real one, fake_engine.ts
// stands in for it in tests.

import type { Metric } from "../usage/usage.ts";
import type {
  BreachRecord,
  EngineEvent,
  RegionCounters,
  RegionHeader,
  RegionLive,
  Sample,
  SubscriberRecord,
  UsageRecord,
} from "./region_data.ts";
import type { ReleaseOrder } from "./release_order.ts";
import type { RestoreOrder } from "./restore_order.ts";
import type { SampleChannel, SampleOrder } from "./sample_order.ts";
import type { SubscriberQuery } from "./subscriber_query.ts";

export interface EnginePort {
  /**
   * Begins to look for the region and keeps looking, whether one is there or not; `owner` hears of each one found and lost.
   * `after`: the last event stored of each ring of each region; reading goes on behind it.
   */
  start(owner: EngineOwner, after: readonly EventPlace[]): Promise<void>;

  /** Lets go of the region and the socket. The owner hears nothing afterwards. */
  stop(): Promise<void>;

  /** CLOCK_BOOTTIME in milliseconds: the clock of every time that the fast path tells. */
  nowMs(): number;

  /**
   * Gives the fast path a policy (policy_blob.ts) and waits for its answer. Refused: the old policy stays in force. Rejects with
   * an EngineError when nobody answers. The fast path keeps the last good policy, and its next process takes it up again.
   */
  apply(policy: Uint8Array): Promise<Applied>;

  /** What the region says now; undefined while none is attached. A memory read: cheap enough for every question. */
  status(): EngineStatus | undefined;

  /**
   * The next events of every ring, at most `max`, in order within a ring; none while no region is attached. Events are hints: at
   * `attached`, and whenever `lost` is not 0, `breached` has the truth.
   */
  events(max: number): EngineEvents;

  /** Has the fast path sample packets, in place of what was ordered before for the channel. Answers and rejects as `apply`. */
  sample(order: SampleOrder): Promise<Applied>;

  /** The next samples of every ring of the channel, at most `max`, in order within a ring; none while no region is attached. */
  samples(channel: SampleChannel, max: number): { readonly samples: readonly Sample[]; readonly lost: number };

  /** Every breach that goes on, read off the main thread. Rejects with an EngineError while no region is attached. */
  breached(): Promise<BreachedSet>;

  /**
   * Pages of the subscribers that are asked for, in no order that means anything, read off the main thread. One who comes or goes
   * meanwhile may be left out or not. Rejects as `breached`.
   */
  subscribers(query: SubscriberQuery): AsyncIterable<readonly SubscriberRecord[]>;

  /** How many there are, whatever is counted of them: one look through all records, off the main thread. Rejects as `breached`. */
  subscriberCount(query: Omit<SubscriberQuery, "inBreach">): Promise<number>;

  /**
   * Pages of what every subscriber used in a minute, CLOCK_BOOTTIME / 60,000, read off the main thread. The fast path keeps the
   * minute that ended last, and the one that goes on. Rejects as `breached`.
   */
  usage(minute: number): AsyncIterable<readonly UsageRecord[]>;

  /** Those who used most of a service in a minute: one look, off the main thread. Rejects as `breached`. */
  tops(order: TopsOrder): Promise<Tops>;

  /** Ends a subscriber's breaches now. False: he is in none, or not known. Rejects as `apply`. */
  release(order: ReleaseOrder): Promise<boolean>;

  /**
   * Has a breach go on that another region's records had; only its end is told. False: it is over, or nobody can be in it, by the
   * policy and the names that the fast path has. Rejects as `apply`.
   */
  restore(order: RestoreOrder): Promise<boolean>;

  /**
   * Introduces names and gives and takes mappings, in order: whole changes (subscriber_change.ts). `epoch` marks what is named, for
   * `sweepSubscribers`. `refused`: of those that found no room; all others are done. Rejects as `apply`.
   */
  changeSubscribers(epoch: number, changes: Uint8Array): Promise<{ readonly refused: number }>;

  /** Takes away every name and mapping that `epoch` does not mark. Rejects as `apply`. */
  sweepSubscribers(epoch: number): Promise<void>;

  /** Has the process end in order and another follow, which adopts its records. Answers when it is on its way. Rejects as `apply`. */
  restart(): Promise<void>;
}

export interface EngineOwner {
  /**
   * A process serves a region: the first one found, one that took over the same region (`starts` has grown), or one with a new
   * region. What was applied or read before may no longer hold: compare the policy's generation and read `breached`.
   */
  attached(header: RegionHeader): void;

  /** There is no region any more, or none that can be read. Called once for each reason, until `attached` is called. */
  detached(reason: EngineError): void;
}

export type Applied =
  | { readonly ok: true /** Of the policy in force. */; readonly generation: number }
  | {
      readonly ok: false;
      /** True: the policy may be good, but the fast path takes none now. */
      readonly full: boolean;
      /** Why: a sentence without its full stop. */
      readonly text: string;
    };

export interface EngineStatus {
  readonly header: RegionHeader;
  readonly live: RegionLive;
  readonly counters: RegionCounters;
}

/** The last event of a ring that somebody has read. */
export interface EventPlace {
  /** `RegionHeader.region`. */
  readonly region: string;
  readonly ring: number;
  readonly sequence: number;
}

export interface EngineEvents {
  readonly region: string;
  readonly events: readonly EngineEvent[];
  /** Events that were overwritten before they were read, since the last call. */
  readonly lost: number;
}

export interface BreachedSet {
  readonly region: string;
  /** The moment that "goes on" refers to. */
  readonly readMs: number;
  readonly breaches: readonly BreachRecord[];
  /** Records that contradict themselves: left out. */
  readonly bad: number;
}

export interface TopsOrder {
  /** CLOCK_BOOTTIME / 60,000. */
  readonly minute: number;
  /** The id that the policy gave it. */
  readonly service: number;
  readonly metric: Metric;
  /** 1 to 1000. */
  readonly count: number;
}

export interface Tops {
  /** The most first. */
  readonly top: readonly UsageRecord[];
  /** Subscribers who have any of the metric. */
  readonly active: number;
  /** Of all of them; of destinations it means nothing. */
  readonly total: number;
}

/** Why the fast path cannot be read or reached. */
export type EngineErrorCode =
  | "absent" // no region, or nobody listens on the socket
  | "no-permission"
  | "not-a-region"
  | "other-version"
  | "other-boot" // left over from before the machine started
  | "damaged"
  | "too-short"
  | "no-answer" // the socket was closed, or the answer did not come in time
  | "unreadable"; // any other reason the kernel gave

/** Told to whoever asks something that only a fast path can answer. */
export const NO_FAST_PATH = 'No fast path was seen: "show system operation-status" says more.';

export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: EngineErrorCode;

  /** `message`: one sentence that says what is wrong and, where a person can do something, what. */
  constructor(code: EngineErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
