// A region, attached read-only: the checked face of the addon's class of that name. Reading is a memory access and never waits;
// only `breached`, `usage` and `tops` look at every watch, `subscribers` and `subscriberCount` at every subscriber, and they do so off
// the main thread. Whatever is written over the file, every call ends; when the file was cut short, each throws an EngineError
// ("too-short").

import { stat } from "node:fs/promises";
import { metrics } from "../usage/usage.ts";
import { EngineError, type EngineErrorCode, type Tops, type TopsOrder } from "./engine_port.ts";
import { loadNative, type NativeAttachment } from "./native.ts";
import type {
  BreachRecord,
  Bypass,
  EngineEvent,
  ObeyedLinkMode,
  RegionCounters,
  RegionHeader,
  RegionLive,
  Sample,
  SubscriberRecord,
  UsageRecord,
} from "./region_data.ts";
import { type SampleChannel, sampleChannels } from "./sample_order.ts";
import { nativeQuery, type SubscriberQuery } from "./subscriber_query.ts";

/** In the order of enum region_bypass (dataplane/region/region.h). */
const bypassNames: readonly Bypass[] = ["none", "no-policy", "policy-damaged", "no-memory", "crashes"];

/** In the order of enum link_mode (dataplane/core/policy_blob.h). */
const linkModeNames: readonly ObeyedLinkMode[] = ["forwarding", "bypass", "cutoff"];

/** The rings that a region has, used or not (WORKERS_MAX in dataplane/core/engine.h). */
const RINGS = 8;

export class Attachment {
  readonly path: string;
  readonly #native: NativeAttachment;
  readonly #device: bigint;
  readonly #inode: bigint;

  /** Throws an EngineError when there is no region that can be trusted to be one. */
  constructor(path: string) {
    this.path = path;
    const { Attachment: NativeAttachment } = loadNative();
    this.#native = typed(() => new NativeAttachment(path));
    const { device, inode } = typed(() => this.#native.header());
    this.#device = device;
    this.#inode = inode;
  }

  /** The process that serves the region may change between two calls: `starts` then grows. */
  header(): RegionHeader {
    const { device, inode, bornNs, ...header } = typed(() => this.#native.header());
    const file = [device, inode, bornNs].map((number) => number.toString(16));
    return { ...header, region: [header.bootId, ...file].join("-") };
  }

  live(): RegionLive {
    const live = typed(() => this.#native.live());
    return {
      ...live,
      bypass: bypassNames[live.bypass] ?? "unknown",
      linkModes: live.linkModes.map((mode) => linkModeNames[mode] ?? "unknown"),
    };
  }

  counters(): RegionCounters {
    return typed(() => this.#native.counters());
  }

  /** Reading of the ring goes on behind the event with this sequence. Without it, it begins at the oldest that is there. */
  resume(ring: number, sequence: number): void {
    if (!Number.isInteger(ring) || ring < 0 || ring >= RINGS) throw new RangeError(`There is no ring ${ring}.`);
    if (!Number.isSafeInteger(sequence) || sequence < 0) throw new RangeError(`There is no event ${sequence}.`);
    typed(() => this.#native.resume(ring, sequence));
  }

  /** The next events, at most `max`, in order within each ring, and how many were overwritten before they were read. */
  events(max: number): { events: EngineEvent[]; lost: number } {
    if (!Number.isInteger(max) || max < 1) throw new RangeError("At least one event must be asked for.");
    return typed(() => this.#native.events(max));
  }

  /** The channel's next samples, at most `max`, in order within each ring, and how many were overwritten before they were read. */
  samples(channel: SampleChannel, max: number): { samples: Sample[]; lost: number } {
    if (!Number.isInteger(max) || max < 1) throw new RangeError("At least one sample must be asked for.");
    return typed(() => this.#native.samples(sampleChannels.indexOf(channel), max));
  }

  /** The breaches that go on; `bad` records contradicted themselves and were left out. */
  async breached(): Promise<{ readMs: number; breaches: BreachRecord[]; bad: number }> {
    return typed(() => this.#native.breached()).catch(throwTyped);
  }

  /**
   * The next subscribers that are asked for, at most `max` (1 to 1000), in the order of their records from slot `from` on. `next`:
   * where to go on; null: there are no more. `bad` records contradicted themselves and were left out.
   */
  async subscribers(
    query: SubscriberQuery,
    from: number,
    max: number,
  ): Promise<{ subscribers: SubscriberRecord[]; next: number | null; bad: number }> {
    if (!Number.isInteger(max) || max < 1 || max > 1000)
      throw new RangeError("1 to 1000 subscribers can be asked for.");
    if (!isUint32(from)) throw new RangeError(`There is no slot ${from}.`);
    const { containing, prefixes, inBreach } = nativeQuery(query);
    const walk = typed(() => this.#native.subscribers(containing, prefixes, inBreach, from, max));
    const { subscribers, next, bad } = await walk.catch(throwTyped);
    return { subscribers, next, bad };
  }

  /** How many there are, whatever is counted of them. */
  async subscriberCount(query: Omit<SubscriberQuery, "inBreach">): Promise<number> {
    const { containing, prefixes } = nativeQuery(query);
    const { count } = await typed(() => this.#native.subscribers(containing, prefixes, false, 0, 0)).catch(throwTyped);
    return count;
  }

  /**
   * What subscribers used in a minute (CLOCK_BOOTTIME / 60,000), in the order of their watches from slot `from` on, until there are
   * `max` (1 to 1000) rows or a few more: all of a watch's. `next` and `bad` as with `subscribers`.
   */
  async usage(
    minute: number,
    from: number,
    max: number,
  ): Promise<{ usage: UsageRecord[]; next: number | null; bad: number }> {
    if (!isUint32(minute)) throw new RangeError(`There is no minute ${minute}.`);
    if (!Number.isInteger(max) || max < 1 || max > 1000) throw new RangeError("1 to 1000 rows can be asked for.");
    if (!isUint32(from)) throw new RangeError(`There is no slot ${from}.`);
    return typed(() => this.#native.usage(minute, from, max)).catch(throwTyped);
  }

  /** Those who used most of a service in a minute. */
  async tops({ minute, service, metric, count }: TopsOrder): Promise<Tops & { bad: number }> {
    if (!isUint32(minute)) throw new RangeError(`There is no minute ${minute}.`);
    if (!isUint32(service)) throw new RangeError(`There is no service ${service}.`);
    if (!Number.isInteger(count) || count < 1 || count > 1000) throw new RangeError("1 to 1000 can be asked for.");
    return typed(() => this.#native.tops(minute, service, metrics.indexOf(metric), count)).catch(throwTyped);
  }

  /** True when the path names another file by now, or none. */
  async replaced(): Promise<boolean> {
    try {
      const { dev, ino } = await stat(this.path, { bigint: true });
      return dev !== this.#device || ino !== this.#inode;
    } catch {
      return true;
    }
  }

  /** A walk that has begun still ends. Every other call throws afterwards. */
  close(): void {
    this.#native.close();
  }
}

/** The addon's errors that have a code are told as EngineErrors. */
function throwTyped(error: unknown): never {
  if (!(error instanceof Error) || !("code" in error)) throw error;
  throw new EngineError(error.code as EngineErrorCode, error.message);
}

function isUint32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

function typed<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    return throwTyped(error);
  }
}
