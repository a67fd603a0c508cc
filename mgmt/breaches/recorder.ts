// Follows the fast path's breaches: reads its events and records, keeps the book, saves what changed, and tells people.

import { setImmediate as turn } from "node:timers/promises";
import { type BreachedSet, EngineError, type EnginePort, type EventPlace } from "../engine/engine_port.ts";
import type { EngineEvent } from "../engine/region_data.ts";
import type { Log } from "../log/log.ts";
import { Repeater } from "../repeater.ts";
import { Sentence } from "../sentence.ts";
import type { Store } from "../store/store.ts";
import { type NameDirectory, named } from "../subscribers/name-directory.ts";
import { type Clock, unixTime } from "../time.ts";
import { BreachBook, END_EVENT_LATE_MS, type Named, type Notice } from "./book.ts";
import type { Breach, DetectorName } from "./breach.ts";
import { noticeText } from "./notice.ts";
import { PolicyRevisions } from "./policies.ts";
import type { Releases } from "./releases.ts";
import { isLeftBehind, restoreBreaches } from "./restoring.ts";

const POLL_MS = 50;

/** Events taken, and lines told, before others may have the event loop. */
const AT_ONCE = 256;

/** More breaches than these wait in the rings, and when those run over, in the records: memory stays bounded. */
const UNSAVED_MAX = 10_000;

const SAVE_AGAIN_MS = 1000;

/** The fast path tells an end within a second; one that is later than this may be lost, and the records know. */
const OVERDUE_MS = 5000;
const CHECK_OVERDUE_MS = 5000;

export interface RecorderParts {
  readonly engine: EnginePort;
  readonly store: Pick<Store, "call">;
  readonly log: Pick<Log, "say">;
  readonly clock: Clock;
  readonly releases: Pick<Releases, "of">;
  readonly names: Pick<NameDirectory, "namesSoon">;
  /** The fast path has the policy and the names that the daemon keeps it under. */
  isReady(): boolean;
  /** `revision`: null: the latest that had the detector. */
  nameOf(detector: number, revision: number | null): DetectorName | null;
}

export class BreachRecorder {
  readonly #parts: RecorderParts;
  readonly #book: BreachBook;
  readonly #policies = new PolicyRevisions();
  readonly #reading = new Repeater(() => this.read(), POLL_MS);
  readonly #saving = new Repeater(() => this.save(), POLL_MS);
  readonly #places = new Map<number, EventPlace>();
  #notices: Notice[] = [];
  /** The events were not everything: the records must be read. */
  #wanting = false;
  #checkOverdueAt = 0;
  #saveAt = 0;
  #trouble: string | undefined;
  #lost = 0;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
    this.#book = new BreachBook({
      nameOf: parts.nameOf,
      unixTime: (bootMs) => unixTime(parts.clock, bootMs),
      revisionOf: (region, generation) => this.#policies.of(region, generation),
      releaseOf: (facts) => parts.releases.of(facts),
    });
  }

  /** Goes on with what the store knows. Returns the last event of each ring that was taken. */
  async load(): Promise<EventPlace[]> {
    const { store, clock } = this.#parts;
    this.#book.follow(await store.call("unendedBreaches", clock.now() - END_EVENT_LATE_MS));
    return store.call("eventPlaces");
  }

  start(): void {
    this.#reading.start();
    this.#saving.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#reading.stop(), this.#saving.stop()]);
    this.#saveAt = 0;
    await this.save();
  }

  /** A process serves a region: what happened before it was seen is in the records. */
  attached(): void {
    this.#wanting = true;
    this.#seePolicy();
  }

  /** The breaches that go on, as far as the fast path told. */
  open(): readonly Breach[] {
    const now = this.#parts.clock.now();
    return this.#book.open().filter(({ untilAt }) => untilAt > now);
  }

  /** The open breach that a record of the region tells of, if it was heard of. */
  find(region: string, facts: Named): Breach | undefined {
    return this.#book.find(region, facts);
  }

  /** Why breaches are not being saved, if so: a sentence. */
  get alarm(): string | undefined {
    return this.#trouble;
  }

  /** Events that were overwritten before they were read, since this daemon started. */
  get lost(): number {
    return this.#lost;
  }

  /** Takes what happened since the last time. */
  async read(): Promise<void> {
    this.#seePolicy();
    if (this.#book.unsaved >= UNSAVED_MAX) return;
    await this.#takeEvents();
    this.#notices.push(...(await restoreBreaches(this.#book, this.#parts)));
    if (this.#recordsDue()) await this.#takeRecords();
  }

  /** Saves what changed since the last time, then tells it: what was told is in the store, if the disk allows. */
  async save(): Promise<void> {
    const { store, clock } = this.#parts;
    if (this.#book.unsaved === 0 || clock.now() < this.#saveAt) return;
    const breaches = this.#book.takeUnsaved();
    const notices = this.#notices.splice(0);
    const places = [...this.#places.values()];
    const rows = await this.#named(breaches);
    try {
      const ids = await store.call("saveBreaches", rows, places);
      for (const [index, breach] of breaches.entries()) breach.id = ids[index] ?? null;
      this.#saved();
    } catch (error) {
      if (!(error instanceof Sentence)) throw error;
      this.#book.putBack(breaches);
      this.#notSaved(error.message);
    }
    await this.#tell(notices);
  }

  /** As they are now, each with its subscriber's name. One that is not known soon comes with the breach's next change. */
  async #named(breaches: readonly Breach[]): Promise<readonly Breach[]> {
    const { names } = this.#parts;
    const now = breaches.map((breach) => ({ ...breach }));
    const rows = await named(now, { namesOf: (ids) => names.namesSoon(ids) });
    for (const [index, breach] of breaches.entries()) breach.subscriber = rows[index]?.subscriber ?? breach.subscriber;
    return rows;
  }

  async #takeEvents(): Promise<void> {
    const { engine } = this.#parts;
    for (;;) {
      const { region, events, lost } = engine.events(AT_ONCE);
      this.#lost += lost;
      if (lost > 0) this.#wanting = true;
      if (events.length > 0) this.#seePolicy();
      this.#notices.push(...this.#book.events(region, events));
      for (const event of events) this.#passed(region, event);
      if (events.length < AT_ONCE || this.#book.unsaved >= UNSAVED_MAX) return;
      await turn();
    }
  }

  /** The one that events tell of: in force now, or when something was seen last. */
  #seePolicy(): void {
    const said = this.#parts.engine.status();
    if (said) this.#policies.see(said);
  }

  #passed(region: string, { ring, sequence }: EngineEvent): void {
    const [other] = this.#places.values();
    if (other && other.region !== region) this.#places.clear();
    this.#places.set(ring, { region, ring, sequence });
  }

  #recordsDue(): boolean {
    const { engine, clock } = this.#parts;
    const now = clock.now();
    if (now >= this.#checkOverdueAt) {
      this.#checkOverdueAt = now + CHECK_OVERDUE_MS;
      this.#wanting ||= this.#book.open().some(({ untilAt }) => untilAt + OVERDUE_MS < now);
    }
    return this.#wanting && engine.status() !== undefined;
  }

  /** Compares the book with the records. An end that was told before the records were read is among the events by then. */
  async #takeRecords(): Promise<void> {
    const set = await this.#breached();
    if (!set) return;
    this.#wanting = false;
    const now = this.#parts.clock.now();
    const missing = this.#book
      .missing(set.region, set.breaches)
      .filter((breach) => !isLeftBehind(breach, set.region, now));
    this.#notices.push(...this.#book.records(set.region, set.breaches));
    await this.#takeEvents();
    this.#notices.push(...this.#book.conclude(missing, set.region, this.#parts.clock.now()));
  }

  /** Undefined: the region went away; the next one brings another look. */
  async #breached(): Promise<BreachedSet | undefined> {
    try {
      return await this.#parts.engine.breached();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return undefined;
    }
  }

  #saved(): void {
    if (this.#trouble !== undefined) this.#parts.log.say("STORE_END", "Breaches are saved again.");
    this.#trouble = undefined;
  }

  #notSaved(reason: string): void {
    this.#saveAt = this.#parts.clock.now() + SAVE_AGAIN_MS;
    if (this.#trouble !== reason) this.#parts.log.say("STORE", `${reason} Breaches are kept in memory until then.`);
    this.#trouble = reason;
  }

  async #tell(notices: readonly Notice[]): Promise<void> {
    for (const [index, notice] of notices.entries()) {
      const { kind, breach } = notice;
      const at = kind === "ended" ? breach.endedAt : breach.startedAt;
      this.#parts.log.say(kind === "started" ? "BREACH" : "BREACH_END", noticeText(notice), at ?? undefined);
      if ((index + 1) % AT_ONCE === 0) await turn();
    }
  }
}
