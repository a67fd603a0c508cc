// Captures: has the fast path sample packets, reads the samples, and gives them to one who writes them down.

import { setTimeout as delay } from "node:timers/promises";
import type { EnginePort } from "../engine/engine_port.ts";
import type { Sample } from "../engine/region_data.ts";
import type { SampleFilter } from "../engine/sample_order.ts";
import { Sampling } from "../engine/sampling.ts";
import { Sentence } from "../sentence.ts";
import { type Clock, unixTime } from "../time.ts";
import { refuseImpossible } from "./possible.ts";
import { TimeOrder } from "./time_order.ts";

/** A worker's ring holds what it takes in this time, and half as much again. */
const LOOK_MS = 50;

/** What the rings of all workers hold (REGION_SAMPLES, WORKERS_MAX): a look empties them. */
const LOOK_PACKETS_MAX = 8 * 256;

/** At 2 KiB each, a line of the local socket stays below its limit. */
const BATCH_PACKETS = 64;

export interface CaptureRequest {
  readonly filter: SampleFilter;
  /** Bytes of a packet that are kept. */
  readonly snapLength: number;
}

/** What was captured since the batch before. */
export interface CaptureBatch {
  /** In order of time, and none is older than those of the batch before. */
  readonly packets: readonly CapturedPacket[];
  /** Since the capture began: packets that were sampled and overwritten before they were read. */
  readonly lost: number;
  /** Since the capture began: packets that were not sampled because there were too many in a second. */
  readonly suppressed: number;
  /** Packets may have passed unsampled since the capture began: the fast path was restarted, or did not answer. */
  readonly interrupted: boolean;
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
   * empty or not; a packet comes with the look after the one that found it. Throws a Sentence when another capture goes on, no
   * packet can match, or the fast path does not answer.
   */
  async *capture({ filter, snapLength }: CaptureRequest, gone: AbortSignal): AsyncGenerator<CaptureBatch> {
    if (this.#busy) throw new Sentence("Another capture is under way: wait for its end, or end it.");
    const { engine } = this.#parts;
    const status = engine.status();
    if (!status) throw new Sentence("There is no fast path to capture from: start it, or see postern status.");
    refuseImpossible(filter, status.header.links);
    const sampling = new Sampling(engine, { channel: "capture", filter, snapLength }, status);
    this.#busy = true;
    try {
      yield* this.#batches(sampling, gone);
    } finally {
      await sampling.end().finally(() => (this.#busy = false));
    }
  }

  async *#batches(sampling: Sampling, gone: AbortSignal): AsyncGenerator<CaptureBatch> {
    const order = new TimeOrder<Sample>();
    const { engine, clock } = this.#parts;
    const bootUs = unixTime(clock, 0) * 1000;
    // What an earlier capture left.
    engine.samples("capture", LOOK_PACKETS_MAX);
    await sampling.begin();
    let lost = 0;
    while (!gone.aborted) {
      const nextLook = delay(LOOK_MS, undefined, { signal: gone }).catch(() => {});
      const found = engine.samples("capture", LOOK_PACKETS_MAX);
      sampling.look();
      await sampling.keep();
      lost += found.lost;
      const { suppressed, interrupted, links } = sampling;
      for (const samples of batchesOf(order.next(found.samples))) {
        const packets = samples.map((sample) => this.#packet(sample, bootUs));
        yield { packets, lost, suppressed, interrupted, links };
      }
      await nextLook;
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
}

/** One at least, which may be empty. */
function batchesOf(samples: readonly Sample[]): (readonly Sample[])[] {
  const count = Math.max(1, Math.ceil(samples.length / BATCH_PACKETS));
  return Array.from({ length: count }, (_, i) => samples.slice(i * BATCH_PACKETS, (i + 1) * BATCH_PACKETS));
}
