// What the daemon's own process uses, and how late its event loop is.

import { monitorEventLoopDelay } from "node:perf_hooks";

export interface ProcessFigures {
  readonly memoryBytes: number;
  /** Of JavaScript's objects, garbage included. */
  readonly heapBytes: number;
  /** Of all its threads, since it started. */
  readonly processorMs: number;
  readonly eventLoop: Lateness;
}

/** By how many milliseconds a timer came too late, since the daemon started. */
export interface Lateness {
  readonly mean: number;
  /** 99 % were less late. */
  readonly most: number;
  readonly worst: number;
}

/** A timer of so many milliseconds measures: a stall shorter than that may fall between two of its turns. */
const RESOLUTION_MS = 10;

export class ProcessMeter {
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.#delays.enable();
  }

  async stop(): Promise<void> {
    this.#delays.disable();
  }

  figures(): ProcessFigures {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    return {
      memoryBytes: rss,
      heapBytes: heapUsed,
      processorMs: (user + system) / 1000,
      eventLoop: this.#lateness(),
    };
  }

  /** What is measured are the timer's whole periods, in nanoseconds. */
  #lateness(): Lateness {
    const { count, mean, max } = this.#delays;
    if (count === 0) return { mean: 0, most: 0, worst: 0 };
    const late = (ns: number) => Math.max(0, ns / 1e6 - RESOLUTION_MS);
    return { mean: late(mean), most: late(this.#delays.percentile(99)), worst: late(max) };
  }
}
