// The real fast path: its region through the addon, its control socket for policies. Looks after the region by itself: a fast
// path that is restarted, or puts another region in place, is found and attached again, and the owner is told.

import { join } from "node:path";
import { Repeater } from "../repeater.ts";
import { Attachment } from "./attachment.ts";
import { type ControlAnswer, type ControlCommand, sendBatch } from "./control_client.ts";
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
import { loadNative, type Native } from "./native.ts";
import type { Sample, SubscriberRecord, UsageRecord } from "./region_data.ts";
import { type ReleaseOrder, releaseBytes } from "./release_order.ts";
import { type RestoreOrder, restoreBytes } from "./restore_order.ts";
import { orderBytes, type SampleChannel, type SampleOrder } from "./sample_order.ts";
import { subscriberOrders, sweepOrder } from "./subscriber_change.ts";
import type { SubscriberQuery } from "./subscriber_query.ts";

const LOOK_MS = 200;

/** Objects are made of so many records at a time, on the main thread: well under a millisecond. */
const PAGE = 100;

/** A policy of the largest size is compiled in well under a second. */
const ANSWER_TIMEOUT_MS = 10_000;

/** A region, and the process that served it when it was attached. */
interface Attached {
  readonly attachment: Attachment;
  readonly region: string;
  readonly starts: number;
}

function startsOf(attachment: Attachment): number {
  return attachment.header().starts;
}

export class NativeEngine implements EnginePort {
  readonly #regionPath: string;
  readonly #socketPath: string;
  readonly #native: Native;
  readonly #looking = new Repeater(() => this.#look(), LOOK_MS);
  #owner: EngineOwner | undefined;
  #attached: Attached | undefined;
  /** Why there is none, as the owner was told. */
  #absence: string | undefined;
  /** The last event read of each ring of each region. */
  #places = new Map<string, EventPlace>();

  /** Loads the addon, so that its file need not be readable later; nothing else. */
  constructor(runDirectory: string) {
    this.#regionPath = join(runDirectory, "fastpath/region");
    this.#socketPath = join(runDirectory, "fastpath/control.sock");
    this.#native = loadNative();
  }

  async start(owner: EngineOwner, after: readonly EventPlace[]): Promise<void> {
    this.#owner = owner;
    for (const place of after) this.#remember(place);
    await this.#look();
    this.#looking.start();
  }

  async stop(): Promise<void> {
    this.#owner = undefined;
    await this.#looking.stop();
    this.#letGo();
  }

  nowMs(): number {
    return this.#native.bootTimeMs();
  }

  async apply(policy: Uint8Array): Promise<Applied> {
    return applied(await this.#ask({ kind: "policy", payload: policy }));
  }

  async sample(order: SampleOrder): Promise<Applied> {
    return applied(await this.#ask({ kind: "sample", payload: orderBytes(order) }));
  }

  status(): EngineStatus | undefined {
    return this.#read((attachment) => ({
      header: attachment.header(),
      live: attachment.live(),
      counters: attachment.counters(),
    }));
  }

  events(max: number): EngineEvents {
    if (!this.#attached) return { region: "", events: [], lost: 0 };
    const { region } = this.#attached;
    const { events, lost } = this.#read((attachment) => attachment.events(max)) ?? { events: [], lost: 0 };
    for (const { ring, sequence } of events) this.#remember({ region, ring, sequence });
    return { region, events, lost };
  }

  samples(channel: SampleChannel, max: number): { readonly samples: readonly Sample[]; readonly lost: number } {
    const none = { samples: [], lost: 0 };
    const known = this.#attached?.starts;
    // A process begins its rings anew: they are read from their beginning once it is attached.
    return (
      this.#read((attachment) => (startsOf(attachment) === known ? attachment.samples(channel, max) : none)) ?? none
    );
  }

  async breached(): Promise<BreachedSet> {
    const { attachment, region } = this.#present;
    return { region, ...(await attachment.breached()) };
  }

  async *subscribers(query: SubscriberQuery): AsyncIterable<readonly SubscriberRecord[]> {
    for (let from: number | null = 0; from !== null; ) {
      const { attachment } = this.#present;
      const page: Awaited<ReturnType<Attachment["subscribers"]>> = await attachment.subscribers(query, from, PAGE);
      if (page.subscribers.length > 0) yield page.subscribers;
      from = page.next;
    }
  }

  async subscriberCount(query: Omit<SubscriberQuery, "inBreach">): Promise<number> {
    return this.#present.attachment.subscriberCount(query);
  }

  async *usage(minute: number): AsyncIterable<readonly UsageRecord[]> {
    for (let from: number | null = 0; from !== null; ) {
      const { attachment } = this.#present;
      const page: Awaited<ReturnType<Attachment["usage"]>> = await attachment.usage(minute, from, PAGE);
      if (page.usage.length > 0) yield page.usage;
      from = page.next;
    }
  }

  async tops(order: TopsOrder): Promise<Tops> {
    return this.#present.attachment.tops(order);
  }

  async release(order: ReleaseOrder): Promise<boolean> {
    const answer = await this.#ask({ kind: "release", payload: releaseBytes(order) });
    if (answer.status === "ok" || answer.status === "unknown") return answer.status === "ok";
    throw refusal("to release", answer);
  }

  async restore(order: RestoreOrder): Promise<boolean> {
    const answer = await this.#ask({ kind: "restore", payload: restoreBytes(order) });
    return answer.status === "ok";
  }

  async changeSubscribers(epoch: number, changes: Uint8Array): Promise<{ readonly refused: number }> {
    let refused = 0;
    for (const payload of subscriberOrders(epoch, changes)) {
      const answer = await this.#ask({ kind: "subscribers", payload });
      if (answer.status !== "ok" && answer.status !== "full") throw refusal("names and mappings", answer);
      refused += answer.refused;
    }
    return { refused };
  }

  async sweepSubscribers(epoch: number): Promise<void> {
    const answer = await this.#ask({ kind: "sweep", payload: sweepOrder(epoch) });
    if (answer.status !== "ok") throw refusal("to sweep subscribers", answer);
  }

  async restart(): Promise<void> {
    const answer = await this.#ask({ kind: "restart", payload: new Uint8Array() });
    if (answer.status !== "ok") throw refusal("to restart", answer);
  }

  get #present(): Attached {
    if (!this.#attached) throw new EngineError("absent", NO_FAST_PATH);
    return this.#attached;
  }

  async #ask(command: ControlCommand): Promise<ControlAnswer> {
    const [answer] = await sendBatch(this.#socketPath, [command], ANSWER_TIMEOUT_MS);
    if (!answer) throw new Error("A batch of one command has one answer.");
    return answer;
  }

  async #look(): Promise<void> {
    const known = this.#attached;
    if (known && !(await known.attachment.replaced()) && this.#read(startsOf) === known.starts) return;
    if (!this.#owner) return;
    this.#letGo();
    try {
      this.#attach(this.#owner);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.#tellAbsence(error);
    }
  }

  /** Undefined when nothing is attached, or no more: the region was cut short, and is let go of. */
  #read<T>(reading: (attachment: Attachment) => T): T | undefined {
    if (!this.#attached) return undefined;
    try {
      return reading(this.#attached.attachment);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.#letGo();
      this.#tellAbsence(error);
      return undefined;
    }
  }

  #tellAbsence(error: EngineError): void {
    if (error.message !== this.#absence) this.#owner?.detached(error);
    this.#absence = error.message;
  }

  #attach(owner: EngineOwner): void {
    const attachment = new Attachment(this.#regionPath);
    const header = attachment.header();
    if (header.starts === 0) {
      attachment.close();
      throw new EngineError("absent", "The fast path has made its region and is starting.");
    }
    this.#attached = { attachment, region: header.region, starts: header.starts };
    this.#absence = undefined;
    for (const { region, ring, sequence } of this.#places.values()) {
      if (region === header.region) attachment.resume(ring, sequence);
    }
    owner.attached(header);
  }

  #letGo(): void {
    this.#attached?.attachment.close();
    this.#attached = undefined;
  }

  #remember(place: EventPlace): void {
    this.#places.set(`${place.region}/${place.ring}`, place);
  }
}

function refusal(what: string, { status, text }: ControlAnswer): EngineError {
  return new EngineError("no-answer", `The fast path refused ${what}: ${text || status}.`);
}

function applied({ status, generation, text }: ControlAnswer): Applied {
  if (status === "ok") return { ok: true, generation };
  return { ok: false, full: status === "full", text: text || `it answered ${status}` };
}
