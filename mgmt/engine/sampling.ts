// An order to sample, kept in force while somebody reads what is sampled: renewed before it ends by itself, and given at once to a
// process that knows nothing of it.

import { Sentence } from "../sentence.ts";
import { EngineError, type EnginePort, type EngineStatus } from "./engine_port.ts";
import type { SampleChannel, SampleOrder } from "./sample_order.ts";

/** The fast path samples for so long if nobody asks again: nothing goes on for longer when the daemon is killed. */
const LEASE_MS = 5000;
const RENEWED_EVERY_MS = 2000;

export class Sampling {
  readonly #engine: EnginePort;
  readonly #order: Omit<SampleOrder, "durationMs">;
  #seen: EngineStatus;
  #orderedMs = 0;
  /** The process that was seen last has the order. */
  #known = false;
  /** Packets that were not sampled because there were too many in a second. */
  suppressed = 0;
  /** Packets may have passed while no process had the order: another one has taken over, or none answered in time. */
  interrupted = false;

  /** `status`: what the region says before it begins. */
  constructor(engine: EnginePort, order: Omit<SampleOrder, "durationMs">, status: EngineStatus) {
    this.#engine = engine;
    this.#order = order;
    this.#seen = status;
  }

  /** Links that the fast path has. */
  get links(): number {
    return this.#seen.header.links;
  }

  /** Rejects with a Sentence when the fast path does not take the order. */
  async begin(): Promise<void> {
    await this.#give(LEASE_MS);
    this.#orderedMs = this.#engine.nowMs();
    this.#known = true;
  }

  /** Takes note of what has become of the process. To be called with every look at the samples. */
  look(): void {
    const status = this.#engine.status();
    const { region, starts } = this.#seen.header;
    if (status?.header.region !== region || status.header.starts !== starts) {
      this.#known = false;
      this.interrupted = true;
    }
    if (!status) return;
    const { channel } = this.#order;
    // A region keeps its counters from process to process; a new one begins with none.
    const before = status.header.region === region ? suppressedOf(this.#seen, channel) : 0;
    this.suppressed += suppressedOf(status, channel) - before;
    this.#seen = status;
  }

  /** Gives the order again if that is due; a fast path that does not take it is asked again at the next look. */
  async keep(): Promise<void> {
    const sinceMs = this.#engine.nowMs() - this.#orderedMs;
    if (this.#known && sinceMs < RENEWED_EVERY_MS) return;
    if (sinceMs >= LEASE_MS) this.interrupted = true;
    await this.begin().catch(onlySentences);
  }

  /** A fast path that does not hear it ends sampling by itself. */
  async end(): Promise<void> {
    await this.#give(0).catch(onlySentences);
  }

  async #give(durationMs: number): Promise<void> {
    const applied = await this.#engine.sample({ ...this.#order, durationMs }).catch((error: unknown) => {
      throw error instanceof EngineError ? new Sentence(error.message) : error;
    });
    if (!applied.ok) throw new Sentence(`The fast path does not sample: ${applied.text}.`);
  }
}

function suppressedOf({ counters }: EngineStatus, channel: SampleChannel): number {
  const counter = ({ capture: "samplesSuppressed", dhcp: "dhcpSuppressed" } as const)[channel];
  return counters.workers.reduce((sum, worker) => sum + worker[counter], 0);
}

function onlySentences(error: unknown): void {
  if (!(error instanceof Sentence)) throw error;
}
