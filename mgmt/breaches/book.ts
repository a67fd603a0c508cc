// The life cycle of breaches: the fast path's events and records in, one row and one notice of start and end each out.
//
// Events are hints and records are the truth. An event may be lost, when its ring is lapped or its writer is killed; a breach
// without a start event is found in its record, one without an end event is missing from the records, and its end is then
// concluded: the end of its period, or the moment it was found missing if that is earlier. Pure: no clock, no I/O.

import type { BreachFacts, BreachRecord, EngineEvent } from "../engine/region_data.ts";
import type { Breach, DetectorName } from "./breach.ts";
import { type EndContext, endOf, missedEnd } from "./end.ts";

export interface Notice {
  readonly kind: "started" | "ended";
  readonly breach: Breach;
}

export interface BookContext extends EndContext {
  /** The Unix time, in milliseconds, of a CLOCK_BOOTTIME. */
  unixTime(bootMs: number): number;
  /** What a configuration calls a detector; null: not known which, and the latest is asked. */
  nameOf(detector: number, revision: number | null): DetectorName | null;
}

/** How long after its concluded end the end event of a breach may come: a fast path that hung tells it when it lives again. */
export const END_EVENT_LATE_MS = 3_600_000;

export class BreachBook {
  readonly #context: BookContext;
  /** By what names it, until its end event. */
  readonly #followed = new Map<string, Breach>();
  readonly #unsaved = new Set<Breach>();

  constructor(context: BookContext) {
    this.#context = context;
  }

  /** Goes on with breaches that were saved before: the earlier ones first. */
  follow(breaches: readonly Breach[]): void {
    for (const breach of breaches) this.#followed.set(keyOf(breach.region, breach), breach);
  }

  /** The breaches that go on. */
  open(): Breach[] {
    return [...this.#followed.values()].filter(({ endedAt }) => endedAt === null);
  }

  /** The breach that these facts of a region name, while it goes on. */
  find(region: string, facts: Named): Breach | undefined {
    const breach = this.#followed.get(keyOf(region, facts));
    return breach?.endedAt === null ? breach : undefined;
  }

  get unsaved(): number {
    return this.#unsaved.size;
  }

  /** The breaches that changed since they were taken last. */
  takeUnsaved(): Breach[] {
    const breaches = [...this.#unsaved];
    this.#unsaved.clear();
    return breaches;
  }

  /** Those that could not be saved, to be taken again. */
  putBack(breaches: readonly Breach[]): void {
    for (const breach of breaches) this.#unsaved.add(breach);
  }

  /** Takes events of a region, in the order of their rings. */
  events(region: string, events: readonly EngineEvent[]): Notice[] {
    return events.flatMap((event) =>
      event.kind === "breach-started" ? this.#started(region, event) : this.#ended(region, event),
    );
  }

  /** Takes the region's records of breaches that go on. A start event that is on its way will say when one was declared. */
  records(region: string, records: readonly BreachRecord[]): Notice[] {
    return records
      .filter((record) => !this.#followed.has(keyOf(region, record)))
      .map((record) => this.#begin(region, record, null));
  }

  /** The open breaches that are not among the region's records: they have ended, though their end events may be on their way. */
  missing(region: string, records: readonly BreachRecord[]): Breach[] {
    const present = new Set(records.map((record) => keyOf(region, record)));
    return this.open().filter((breach) => !present.has(keyOf(breach.region, breach)));
  }

  /** Concludes the end of those that are still open. `region`: the one that events come from now. `now`: Unix milliseconds. */
  conclude(breaches: readonly Breach[], region: string, now: number): Notice[] {
    const notices = breaches.flatMap((breach) => this.#conclude(breach, now));
    for (const [key, breach] of this.#followed) {
      const late = breach.region !== region || breach.untilAt + END_EVENT_LATE_MS < now;
      if (breach.endedAt !== null && late) this.#followed.delete(key);
    }
    return notices;
  }

  /** An open breach goes on in another region, whose records name it so. */
  move(breach: Breach, region: string, { periodStartedMs, periodMs, holdMs }: Moved): void {
    this.#followed.delete(keyOf(breach.region, breach));
    Object.assign(breach, { region, periodStartedMs, periodMs, holdMs });
    // They mean something in the other region only.
    Object.assign(breach, { startEvent: null, generation: null });
    this.#followed.set(keyOf(region, breach), breach);
    this.#unsaved.add(breach);
  }

  #started(region: string, event: EngineEvent): Notice[] {
    const known = this.#followed.get(keyOf(region, event));
    if (known?.startEvent === null) {
      this.#declare(known, event);
      return [];
    }
    // A quota that is raised and lowered within a period is breached twice in it.
    const before = known ? this.#conclude(known, this.#time(event.timeMs)) : [];
    return [...before, this.#begin(region, event, event)];
  }

  #ended(region: string, event: EngineEvent): Notice[] {
    const known = this.#followed.get(keyOf(region, event));
    if (known) return this.#end(known, event);
    const missed = this.#begin(region, event, null);
    return [missed, ...this.#end(missed.breach, event)];
  }

  #begin(region: string, facts: BreachFacts, event: EngineEvent | null): Notice {
    const breach = this.#make(region, facts, event);
    this.#followed.set(keyOf(region, breach), breach);
    this.#unsaved.add(breach);
    return { kind: "started", breach };
  }

  #make(region: string, facts: BreachFacts, startEvent: EngineEvent | null): Breach {
    const { subscriber, detector, periodStartedMs, periodMs, holdMs } = facts;
    const breach: Breach = {
      id: null,
      region,
      subscriber,
      detector,
      name: this.#context.nameOf(detector, null),
      periodStartedMs,
      periodMs,
      holdMs,
      startedAt: this.#time(periodStartedMs),
      untilAt: this.#time(periodStartedMs + periodMs + holdMs),
      endedAt: null,
      ...{ counted: 0, refused: 0, destinations: [] },
      ...{ generation: null, revision: null, end: null },
      ...{ startEvent: null, endEvent: null },
    };
    this.#hear(breach, facts);
    if (startEvent) this.#declare(breach, startEvent);
    return breach;
  }

  /** Takes what its start event tells. */
  #declare(breach: Breach, event: EngineEvent): void {
    breach.startedAt = this.#time(event.timeMs);
    breach.generation = event.generation;
    breach.revision = this.#context.revisionOf(breach.region, event.generation);
    breach.name = this.#context.nameOf(breach.detector, breach.revision) ?? breach.name;
    breach.startEvent = idOf(event);
    this.#hear(breach, event);
  }

  /** The sweep tells an end up to a second late: the period's end is the breach's. A changed policy or a release may end it earlier. */
  #end(breach: Breach, event: EngineEvent): Notice[] {
    const heard = breach.endedAt !== null;
    breach.endedAt = Math.min(this.#time(event.timeMs), breach.untilAt);
    breach.end = endOf(breach, event, this.#context);
    breach.endEvent = idOf(event);
    this.#hear(breach, event);
    this.#followed.delete(keyOf(breach.region, breach));
    return heard ? [] : [{ kind: "ended", breach }];
  }

  #conclude(breach: Breach, foundMissingAt: number): Notice[] {
    if (breach.endedAt !== null) return [];
    breach.endedAt = Math.min(foundMissingAt, breach.untilAt);
    breach.end = missedEnd;
    this.#unsaved.add(breach);
    return [{ kind: "ended", breach }];
  }

  /** Destinations that others displaced are not forgotten for it. */
  #hear(breach: Breach, { counted, refused, destinations }: BreachFacts): void {
    breach.counted = counted;
    breach.refused = refused;
    if (destinations.length >= breach.destinations.length) {
      breach.destinations = destinations.map(({ seenMs, ...rest }) => ({ ...rest, seenAt: this.#time(seenMs) }));
    }
    this.#unsaved.add(breach);
  }

  #time(bootMs: number): number {
    return this.#context.unixTime(bootMs);
  }
}

/** What names a breach: the same in its events, its record and its row. */
function keyOf(region: string, { subscriber, detector, periodStartedMs }: Named): string {
  const { address, prefixLength, outerVlan, innerVlan } = subscriber;
  return [region, address, prefixLength, outerVlan, innerVlan, detector, periodStartedMs].join(" ");
}

type Moved = Pick<BreachFacts, "periodStartedMs" | "periodMs" | "holdMs">;

export type Named = Pick<BreachFacts, "subscriber" | "detector" | "periodStartedMs">;

function idOf({ ring, sequence }: EngineEvent) {
  return { ring, sequence };
}
