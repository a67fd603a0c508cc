// A fast path that does what a test says.

import { destinationCount } from "../usage/usage.ts";
import {
  type Applied,
  type BreachedSet,
  EngineError,
  type EngineEvents,
  type EngineOwner,
  type EnginePort,
  type EngineStatus,
  type EventPlace,
  NO_FAST_PATH,
  type Tops,
  type TopsOrder,
} from "./engine_port.ts";
import type {
  BreachRecord,
  EngineEvent,
  Sample,
  SubscriberAddress,
  SubscriberRecord,
  UsageRecord,
} from "./region_data.ts";
import type { ReleaseOrder } from "./release_order.ts";
import type { RestoreOrder } from "./restore_order.ts";
import type { SampleChannel, SampleOrder } from "./sample_order.ts";
import { type Change, changesOf } from "./subscriber_change.ts";
import type { SubscriberQuery } from "./subscriber_query.ts";

export class FakeEngine implements EnginePort {
  /** What the clock says. */
  now = 1;
  /** What the next policies are answered; undefined: nobody answers. */
  answer: Applied | undefined = { ok: true, generation: 1 };
  /** Every policy that was given, answered or not. */
  readonly policies: Uint8Array[] = [];
  /** Every order to sample that was given, answered or not. */
  readonly orders: SampleOrder[] = [];
  /** What is read of each channel's sample rings next. */
  readonly samplesOf: Record<SampleChannel, { taken: Sample[]; lost: number }> = {
    capture: { taken: [], lost: 0 },
    dhcp: { taken: [], lost: 0 },
  };
  /** What the records say. */
  breaches: BreachRecord[] = [];
  /** Every subscriber; what is asked of them is in `queries`, and not answered by it. */
  records: SubscriberRecord[] = [];
  readonly queries: SubscriberQuery[] = [];
  /** What was used, by minute. */
  readonly used = new Map<number, UsageRecord[]>();
  /** Every release that was asked for: one of somebody in breach ends his breaches. */
  readonly releases: ReleaseOrder[] = [];
  /** Every breach that was to go on, and whether they do. */
  readonly restores: RestoreOrder[] = [];
  takesBreaches = false;
  /** Every order about names and mappings, answered or not: a sweep has no changes. */
  readonly subscriberOrders: { readonly epoch: number; readonly changes: readonly Change[] | null }[] = [];
  /** Changes that find no room in each order. */
  refused = 0;
  restarts = 0;
  /** What start was given. */
  after: readonly EventPlace[] = [];
  #owner: EngineOwner | undefined;
  #status: EngineStatus | undefined;
  #events: EngineEvent[] = [];
  #lost = 0;

  async start(owner: EngineOwner, after: readonly EventPlace[]): Promise<void> {
    this.#owner = owner;
    this.after = after;
    if (this.#status) owner.attached(this.#status.header);
  }

  async stop(): Promise<void> {
    this.#owner = undefined;
  }

  nowMs(): number {
    return this.now;
  }

  async apply(policy: Uint8Array): Promise<Applied> {
    this.policies.push(policy);
    if (!this.answer) throw new EngineError("no-answer", "The fast path was asked and does not answer.");
    return this.answer;
  }

  status(): EngineStatus | undefined {
    return this.#status;
  }

  events(max: number): EngineEvents {
    const lost = this.#lost;
    this.#lost = 0;
    return { region: this.#status?.header.region ?? "", events: this.#events.splice(0, max), lost };
  }

  async sample(order: SampleOrder): Promise<Applied> {
    this.orders.push(order);
    if (!this.answer) throw new EngineError("no-answer", "The fast path was asked and does not answer.");
    return this.answer;
  }

  samples(channel: SampleChannel, max: number): { samples: Sample[]; lost: number } {
    const rings = this.samplesOf[channel];
    const lost = rings.lost;
    rings.lost = 0;
    return { samples: rings.taken.splice(0, max), lost };
  }

  async breached(): Promise<BreachedSet> {
    if (!this.#status) throw new EngineError("absent", NO_FAST_PATH);
    return { region: this.#status.header.region, readMs: this.now, breaches: this.breaches, bad: 0 };
  }

  async *subscribers(query: SubscriberQuery): AsyncIterable<readonly SubscriberRecord[]> {
    this.queries.push(query);
    if (!this.#status) throw new EngineError("absent", NO_FAST_PATH);
    if (this.records.length > 0) yield this.records;
  }

  async subscriberCount(query: Omit<SubscriberQuery, "inBreach">): Promise<number> {
    this.queries.push(query);
    return this.records.length;
  }

  async *usage(minute: number): AsyncIterable<readonly UsageRecord[]> {
    if (!this.#status) throw new EngineError("absent", NO_FAST_PATH);
    for (const record of this.used.get(minute) ?? []) yield [record];
  }

  async tops({ minute, service, metric, count }: TopsOrder): Promise<Tops> {
    if (!this.#status) throw new EngineError("absent", NO_FAST_PATH);
    const value = (record: UsageRecord) =>
      metric === "destinations" ? destinationCount(record.destinations).count : record[metric];
    const records = (this.used.get(minute) ?? []).filter((record) => record.service === service && value(record) > 0);
    const top = records.toSorted((a, b) => value(b) - value(a)).slice(0, count);
    return { top, active: records.length, total: records.reduce((sum, record) => sum + value(record), 0) };
  }

  async release(order: ReleaseOrder): Promise<boolean> {
    this.releases.push(order);
    const key = ({ address, outerVlan, innerVlan }: SubscriberAddress) => [address, outerVlan, innerVlan].join();
    const record = this.records.find(({ subscriber }) => key(subscriber) === key(order.subscriber));
    return record?.windows.some(({ inBreach }) => inBreach) ?? false;
  }

  async restore(order: RestoreOrder): Promise<boolean> {
    if (!this.answer) throw new EngineError("no-answer", "The fast path was asked and does not answer.");
    this.restores.push(order);
    if (this.takesBreaches) {
      this.breaches = [...this.breaches, { ...order, destinations: [], watch: { slot: 0, generation: 0 } }];
    }
    return this.takesBreaches;
  }

  async changeSubscribers(epoch: number, changes: Uint8Array): Promise<{ readonly refused: number }> {
    this.subscriberOrders.push({ epoch, changes: changesOf(changes) });
    if (!this.answer) throw new EngineError("no-answer", "The fast path was asked and does not answer.");
    return { refused: this.refused };
  }

  async sweepSubscribers(epoch: number): Promise<void> {
    this.subscriberOrders.push({ epoch, changes: null });
    if (!this.answer) throw new EngineError("no-answer", "The fast path was asked and does not answer.");
  }

  async restart(): Promise<void> {
    this.restarts++;
  }

  /** A region appears, or a process takes it over. */
  attach(status: EngineStatus): void {
    this.#status = status;
    this.#owner?.attached(status.header);
  }

  /** The region goes away. */
  detach(reason: EngineError): void {
    this.#status = undefined;
    this.#owner?.detached(reason);
  }

  /** Changes what the region says, without a word to the owner. */
  show(status: EngineStatus): void {
    this.#status = status;
  }

  happen(...events: readonly EngineEvent[]): void {
    this.#events.push(...events);
  }

  /** Events are overwritten before anybody reads them. */
  lose(count: number): void {
    this.#lost += count;
  }
}
