// Captures: has the fast path sample packets, reads the samples, and gives them to one who writes them down.

import { setTimeout as delay } from "node:timers/promises";
import { EngineError, type EnginePort } from "../engine/engine_port.ts";
import type { Sample } from "../engine/region_data.ts";
import type { SampleFilter, SampleOrder } from "../engine/sample_order.ts";
import { Sentence } from "../sentence.ts";
import { type Clock, unixTime } from "../time.ts";

/** The fast path samples for so long if nobody asks again: nothing goes on for longer when the daemon is killed. */
const LEASE_MS = 5000;
const RENEWED_EVERY_MS = 2000;

/** A worker's ring holds what it takes in this time, and half as much again. */
const LOOK_MS = 50;

/** At 2 KiB each, a line of the local socket stays below its limit. */
const BATCH_PACKETS = 64;

export interface CaptureRequest {
  readonly filter: SampleFilter;
  /** Bytes of a packet that are kept. */
  readonly snapLength: number;
}

/** What was captured since the batch before. */
export interface CaptureBatch {
  readonly packets: readonly CapturedPacket[];
  /** Since the capture began: packets that were sampled and overwritten before they were read. */
  readonly lost: number;
  /** Since the capture began: packets that were not sampled because there were too many in a second. */
  readonly suppressed: number;
  /** Links that the fast path has. */
  readonly links: number;
}

export interface CapturedPacket extends Omit<Sample, "ring" | "sequence" | "timeUs" | "services" | "bytes"> {
  /** Unix microseconds: exact to each other, and to the clock within a few milliseconds. */
  readonly atUs: number;
  /** Names of its session's services. */
  readonly services: readonly string[];
  /** Base64. */
  readonly bytes: string;
}

export interface CaptureParts {
  readonly engine: EnginePort;
  readonly clock: Clock;
  /** Names of the services of the configuration in force, in its order. */
  services(): readonly string[];
}

export class Captures {
  readonly #parts: CaptureParts;
  #busy = false;

  constructor(parts: CaptureParts) {
    this.#parts = parts;
  }

  /**
   * Captures until `gone`, or until its reader stops. The first batch comes when sampling has begun, others many times a second,
   * empty or not. Throws a Sentence when another capture goes on, or the fast path does not answer.
   */
  async *capture(request: CaptureRequest, gone: AbortSignal): AsyncGenerator<CaptureBatch> {
    if (this.#busy) throw new Sentence("Another capture is under way: wait for its end, or end it.");
    this.#busy = true;
    try {
      yield* this.#batches(request, gone);
    } finally {
      // A fast path that does not hear it ends by itself.
      await this.#order({ ...request, durationMs: 0 }).catch(onlySentences);
      this.#busy = false;
    }
  }

  async *#batches({ filter, snapLength }: CaptureRequest, gone: AbortSignal): AsyncGenerator<CaptureBatch> {
    const { engine, clock } = this.#parts;
    const order = { filter, snapLength, durationMs: LEASE_MS };
    // What an earlier capture left.
    while (engine.samples(BATCH_PACKETS).samples.length > 0);
    const suppressedBefore = this.#suppressed();
    const bootUs = unixTime(clock, 0) * 1000;
    await this.#order(order);
    let renewedMs = clock.nowMs();
    let lost = 0;
    while (!gone.aborted) {
      const taken = engine.samples(BATCH_PACKETS);
      lost += taken.lost;
      const packets = taken.samples.map((sample) => this.#packet(sample, bootUs));
      const suppressed = Math.max(0, this.#suppressed() - suppressedBefore);
      yield { packets, lost, suppressed, links: engine.status()?.header.links ?? 0 };
      if (clock.nowMs() - renewedMs >= RENEWED_EVERY_MS) {
        // Another process knows nothing of the order: it is asked soon again.
        await this.#order(order).catch(onlySentences);
        renewedMs = clock.nowMs();
      }
      if (packets.length < BATCH_PACKETS) await delay(LOOK_MS, undefined, { signal: gone }).catch(() => {});
    }
  }

  #packet({ ring: _, sequence: __, timeUs, services, bytes, ...facts }: Sample, bootUs: number): CapturedPacket {
    const names = this.#parts.services();
    return {
      ...facts,
      atUs: bootUs + timeUs,
      services: services.map((service) => names[service] ?? `service ${service}`),
      bytes: Buffer.from(bytes).toString("base64"),
    };
  }

  #suppressed(): number {
    const workers = this.#parts.engine.status()?.counters.workers ?? [];
    return workers.reduce((sum, { samplesSuppressed }) => sum + samplesSuppressed, 0);
  }

  /** Rejects with a Sentence. */
  async #order(order: SampleOrder): Promise<void> {
    const applied = await this.#parts.engine.sample(order).catch((error: unknown) => {
      throw error instanceof EngineError ? new Sentence(error.message) : error;
    });
    if (!applied.ok) throw new Sentence(`The fast path does not capture: ${applied.text}.`);
  }
}

function onlySentences(error: unknown): void {
  if (!(error instanceof Sentence)) throw error;
}
