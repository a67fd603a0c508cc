// DHCP as a feed of subscribers: has the fast path sample what servers say to clients as it passes, believes what is to be
// believed, and tells whoever keeps subscribers which addresses they have.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Facts } from "../config/service.ts";
import type { EnginePort } from "../engine/engine_port.ts";
import type { Sample } from "../engine/region_data.ts";
import { SNAP_LENGTH_MAX } from "../engine/sample_order.ts";
import { Sampling } from "../engine/sampling.ts";
import { Repeater } from "../repeater.ts";
import { Sentence } from "../sentence.ts";
import type { Login, Logout, Renewal, SubscriberFeed } from "../subscribers/feed.ts";
import { type Clock, unixTime } from "../time.ts";
import { judge, SERVER_PORTS } from "./belief.ts";
import { counterOf, type DhcpCounts, DhcpFigures } from "./figures.ts";
import { leaseEvent } from "./lease.ts";

/** A worker's ring holds what it takes in this time, and half as much again. */
const LOOK_MS = 50;

/** Read in one turn of the event loop: decoding them takes well under a millisecond. */
const SAMPLES_A_TURN = 32;

/** Events that may wait to be stored; of more nothing comes. */
const WAITING_MAX = 20_000;

export interface DhcpParts {
  readonly engine: EnginePort;
  readonly clock: Clock;
  readonly subscribers: SubscriberFeed;
  facts(): Pick<Facts, "dhcp">;
}

export interface DhcpStatus extends Readonly<Facts["dhcp"]> {
  readonly counts: DhcpCounts;
  /** Messages that were not looked at: there were too many of them at once. */
  readonly missed: number;
  /** The last server that was not believed because it is not listed; in Unix milliseconds. */
  readonly stranger: { readonly address: string; readonly at: number } | null;
}

export class DhcpFeed {
  readonly #parts: DhcpParts;
  readonly #figures = new DhcpFigures();
  readonly #looking = new Repeater(() => this.#look(), LOOK_MS);
  #sampling: Sampling | undefined;
  /** Whom the order to sample prefers. */
  #servers: readonly string[] = [];
  /** By orders that are over, and overwritten before they were read. */
  #missed = 0;
  #waiting = 0;
  #stored: Promise<void> = Promise.resolve();
  #stranger: DhcpStatus["stranger"] = null;

  constructor(parts: DhcpParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#looking.start();
  }

  async stop(): Promise<void> {
    await this.#looking.stop();
    await this.#end();
    await this.#stored;
  }

  status(): DhcpStatus {
    return {
      ...this.#parts.facts().dhcp,
      counts: this.#figures.counts,
      missed: this.#missed + (this.#sampling?.suppressed ?? 0),
      stranger: this.#stranger,
    };
  }

  async #look(): Promise<void> {
    const { engine, facts } = this.#parts;
    const { servers } = facts().dhcp;
    if (servers.join() !== this.#servers.join()) await this.#end();
    this.#servers = servers;
    const status = engine.status();
    if (servers.length === 0 || !status) return;
    this.#sampling ??= this.#begin(status);
    this.#sampling.look();
    await this.#sampling.keep();
    await this.#read();
  }

  #begin(status: NonNullable<ReturnType<EnginePort["status"]>>): Sampling {
    const filter = { kinds: ["udp"], sourcePorts: SERVER_PORTS, verdicts: ["forwarded"] } as const;
    const order = { channel: "dhcp", filter, snapLength: SNAP_LENGTH_MAX, preferred: this.#servers } as const;
    return new Sampling(this.#parts.engine, order, status);
  }

  async #end(): Promise<void> {
    const sampling = this.#sampling;
    this.#sampling = undefined;
    this.#missed += sampling?.suppressed ?? 0;
    await sampling?.end();
  }

  async #read(): Promise<void> {
    for (;;) {
      const { samples, lost } = this.#parts.engine.samples("dhcp", SAMPLES_A_TURN);
      this.#missed += lost;
      this.#tell(samples.flatMap((sample) => this.#eventsOf(sample)));
      if (samples.length < SAMPLES_A_TURN) return;
      await nextTurn();
    }
  }

  #eventsOf(sample: Sample): (Login | Renewal | Logout)[] {
    const { clock, facts } = this.#parts;
    const judged = judge(sample, this.#servers);
    const at = unixTime(clock, sample.timeUs / 1000);
    if (judged.verdict === "unlisted") this.#stranger = { address: judged.source, at };
    if (judged.verdict !== "believed") {
      this.#figures.add(judged.verdict);
      return [];
    }
    const events = judged.leases.map((lease) => leaseEvent(lease, facts().dhcp.name, at));
    const possible = events.filter((event) => event !== undefined);
    this.#figures.add("impossible", events.length - possible.length);
    return possible;
  }

  /** Nobody waits for it but the feed's end. */
  #tell(events: readonly (Login | Renewal | Logout)[]): void {
    if (events.length === 0) return;
    if (this.#waiting + events.length > WAITING_MAX) {
      this.#figures.add("unstored", events.length);
      return;
    }
    this.#waiting += events.length;
    const told = this.#store(events).finally(() => {
      this.#waiting -= events.length;
    });
    this.#stored = Promise.all([this.#stored, told]).then(() => {});
  }

  async #store(events: readonly (Login | Renewal | Logout)[]): Promise<void> {
    try {
      const outcomes = await this.#parts.subscribers.take(events);
      for (const [index, outcome] of outcomes.entries()) {
        const kind = events[index]?.kind;
        if (kind) this.#figures.add(counterOf(kind, outcome));
      }
    } catch (error) {
      if (!(error instanceof Sentence)) throw error;
      this.#figures.add("unstored", events.length);
    }
  }
}
