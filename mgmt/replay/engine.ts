// The engine in this process: the checked face of the addon's class of that name. For replay and tests; the daemon makes none.

import { loadNative, type NativeEngine, type PacketAnswer, type ReplayedPacket } from "../engine/native.ts";
import type { BySide, EngineCounters, EngineEvent } from "../engine/region_data.ts";
import { CHANGE_BYTES } from "../engine/subscriber_change.ts";
import { Sentence } from "../sentence.ts";

/** Sizes of the engine's tables: 1 to 16,777,216 entries each, but for detectors. */
export interface EngineOptions {
  /** policy_blob.ts makes it. */
  readonly policy: Uint8Array;
  readonly sessions: number;
  readonly subscribers: number;
  readonly watches: number;
  /** That a package may have, and services that it may measure: 4 to 64, a multiple of 4. */
  readonly detectors: number;
}

const ENTRIES_MAX = 2 ** 24;

/** WATCH_DETECTORS_MIN and WATCH_DETECTORS_MAX of dataplane/core/records.h. */
const DETECTORS_STEP = 4;
const DETECTORS_MAX = 64;

/** Bounds of a link's number (LINKS_MAX in dataplane/core/counters.h). */
const LINK_LAST = 3;

export class Engine {
  readonly #native: NativeEngine;
  #nowMs = 0;

  /** Throws a Sentence when the policy is refused, or there is no memory for the tables. */
  constructor({ policy, sessions, subscribers, watches, detectors }: EngineOptions) {
    checkPolicy(policy);
    check("sessions", sessions, 1, ENTRIES_MAX);
    check("subscribers", subscribers, 1, ENTRIES_MAX);
    check("watches", watches, 1, ENTRIES_MAX);
    check("detectors", detectors, DETECTORS_STEP, DETECTORS_MAX);
    if (detectors % DETECTORS_STEP !== 0) throw new RangeError(`detectors is a multiple of ${DETECTORS_STEP}.`);
    const native = loadNative();
    this.#native = inSentences(() => new native.Engine(sessions, subscribers, watches, detectors, policy));
  }

  /** Puts another policy in force; sessions and windows live on under it. Throws a Sentence when it is refused: the old one stays. */
  apply(policy: Uint8Array): void {
    checkPolicy(policy);
    inSentences(() => this.#native.apply(policy));
  }

  /**
   * Changes names and mappings, CHANGE_BYTES each (../engine/subscriber_change.ts). Returns how many were refused, because there was
   * no room or no such name; the others are made. Throws a Sentence when one cannot be: none is made.
   */
  changeSubscribers(epoch: number, changes: Uint8Array): number {
    if (changes.length % CHANGE_BYTES !== 0) throw new RangeError(`A change has ${CHANGE_BYTES} bytes.`);
    return inSentences(() => this.#native.changeSubscribers(epoch, changes));
  }

  /** Takes away the names and mappings that no change of this epoch spoke of. */
  sweepSubscribers(epoch: number): void {
    this.#native.sweepSubscribers(epoch);
  }

  /** Judges an Ethernet frame that came in on a port of a link at a time, in milliseconds, that never goes back. */
  packet(bytes: Uint8Array, side: keyof BySide<unknown>, link: number, nowMs: number): PacketAnswer {
    if (!(bytes instanceof Uint8Array)) throw new TypeError("A packet is a Uint8Array.");
    check("link", link, 0, LINK_LAST);
    return this.#native.packet(bytes, side === "network", link, this.#turn(nowMs));
  }

  /** Ages every table to the time: sessions expire, breaches end, subscribers are forgotten. */
  advance(nowMs: number): void {
    this.#native.advance(this.#turn(nowMs));
  }

  /** The events since the last call. None is lost when it is called after each packet and each advance, which have 65,536 at most. */
  events(): Omit<EngineEvent, "ring">[] {
    return this.#native.events();
  }

  counters(): EngineCounters {
    return this.#native.counters();
  }

  /**
   * Judges the packets of a capture (pcap or pcapng, Ethernet) on the capture's clock. A packet is the subscriber's side's when
   * its source is in an anonymous group, the network's when its destination is; others touch nobody's session. Throws a
   * Sentence when the file cannot be read, or when it is cut short: after the packets before the cut.
   */
  *replay(path: string): Generator<ReplayedPacket, void, void> {
    inSentences(() => this.#native.open(path));
    const next = () => inSentences(() => this.#native.next());
    for (let packet = next(); packet; packet = next()) yield packet;
  }

  #turn(nowMs: number): number {
    check("nowMs", nowMs, Math.max(1, this.#nowMs), Number.MAX_SAFE_INTEGER);
    this.#nowMs = nowMs;
    return nowMs;
  }
}

/** What the addon throws is a sentence for a person. */
function inSentences<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw new Sentence((cause as Error).message, { cause });
  }
}

function checkPolicy(policy: Uint8Array): void {
  if (!(policy instanceof Uint8Array)) throw new TypeError("A policy is a Uint8Array.");
}

function check(name: string, value: number, first: number, last: number): void {
  if (Number.isSafeInteger(value) && value >= first && value <= last) return;
  throw new RangeError(`${name} must be a whole number from ${first} to ${last}.`);
}
