// Questions about subscribers: the fast path's records in the words of the configuration.

import type { DetectorName } from "../breaches/breach.ts";
import type { BreachRecorder } from "../breaches/recorder.ts";
import { usableGroups } from "../config/sections/anonymous-groups.ts";
import type { Facts } from "../config/service.ts";
import { EngineError, type EnginePort } from "../engine/engine_port.ts";
import type { SubscriberAddress, SubscriberRecord, WindowRecord } from "../engine/region_data.ts";
import type { SubscriberQuery } from "../engine/subscriber_query.ts";
import { isInForce } from "../overrides/decisive.ts";
import type { JudgedOverride, OverrideQuestions } from "../overrides/override.ts";
import { Sentence } from "../sentence.ts";
import { type Clock, unixTime } from "../time.ts";
import { type AnonymousGroup, GroupIndex } from "./group_index.ts";
import { nameIdOf } from "./name-address.ts";
import { type NameDirectory, named } from "./name-directory.ts";
import { stateOf } from "./state.ts";
import type { DetectorState, Subscriber, SubscriberPackage } from "./subscriber.ts";

export interface SubscribersParts {
  readonly engine: EnginePort;
  readonly clock: Clock;
  /** The configuration in force. */
  facts(): Facts;
  nameOf(detector: number): DetectorName | null;
  /** The names of those of the policy in force. */
  services(): readonly string[];
  readonly overrides: Pick<OverrideQuestions, "ofEach">;
  readonly names: Pick<NameDirectory, "namesOf">;
  /** Knows the open breaches that were heard of. */
  readonly recorder: Pick<BreachRecorder, "find">;
}

/** A name that has an address. */
export interface NameWith {
  readonly name: string;
  /** Its own. */
  readonly address: string;
  readonly package: number;
}

export class Subscribers {
  readonly #parts: SubscribersParts;
  #index: { readonly facts: Facts; readonly groups: GroupIndex } | undefined;

  constructor(parts: SubscribersParts) {
    this.#parts = parts;
  }

  /** Pages of those that are asked for, in no order that means anything. Rejects with a Sentence. */
  async *find(query: SubscriberQuery): AsyncIterable<readonly Subscriber[]> {
    const seen = new Set<string>();
    try {
      for await (const page of this.#parts.engine.subscribers(query)) {
        const records = page.filter((record) => isFirst(record, seen));
        const region = this.#parts.engine.status()?.header.region ?? "";
        const overrides = await this.#overridesOf(records);
        const found = records.map((record, index) => this.#subscriberOf(record, region, overrides[index] ?? []));
        yield await named(found, this.#parts.names);
      }
    } catch (error) {
      throw told(error);
    }
  }

  /** Of a name those about it go before those about the address that it was found by. */
  async #overridesOf(records: readonly SubscriberRecord[]): Promise<readonly (readonly JudgedOverride[])[]> {
    const { overrides } = this.#parts;
    const own = await overrides.ofEach(records.map(({ subscriber }) => subscriber.address));
    const mapped = records.flatMap(({ via }) => via?.address ?? []);
    if (mapped.length === 0) return own;
    const ofMapped = await overrides.ofEach(mapped);
    const byAddress = new Map(mapped.map((address, index) => [address, ofMapped[index] ?? []]));
    return records.map(({ via }, index) => [...(own[index] ?? []), ...(byAddress.get(via?.address ?? "") ?? [])]);
  }

  /** How many there are, whatever is counted of them. Rejects with a Sentence. */
  async count(query: Omit<SubscriberQuery, "inBreach">): Promise<number> {
    try {
      return await this.#parts.engine.subscriberCount(query);
    } catch (error) {
      throw told(error);
    }
  }

  /** The group that the address belongs to; undefined: none, or one that is incomplete. */
  groupOf(address: string): AnonymousGroup | undefined {
    const facts = this.#parts.facts();
    if (this.#index?.facts !== facts) this.#index = { facts, groups: new GroupIndex(usableGroups(facts)) };
    return this.#index.groups.groupOf(address);
  }

  /**
   * The name that has an address, by its own address, and its package: whose an untagged packet is; with none, who has it within some
   * tags. undefined: nobody, or there is no fast path that would know. Rejects with a Sentence.
   */
  async nameWith(address: string): Promise<NameWith | undefined> {
    const { engine, names } = this.#parts;
    if (!engine.status()) return undefined;
    try {
      const pages = await Array.fromAsync(engine.subscribers({ containing: address }));
      const ofNames = pages.flat().filter(({ subscriber }) => nameIdOf(subscriber.address) !== undefined);
      const record = ofNames.sort(bySpecificity)[0];
      const [found] = record ? await named([record], names) : [];
      if (!found) return undefined;
      const { address: own, name = own } = found.subscriber;
      return { name, address: own, package: found.package ?? 0 };
    } catch (error) {
      throw told(error);
    }
  }

  #subscriberOf(record: SubscriberRecord, region: string, about: readonly JudgedOverride[]): Subscriber {
    const group = this.groupOf(record.subscriber.address);
    const facts = this.#parts.facts();
    const owner =
      nameIdOf(record.subscriber.address) === undefined
        ? group && packageOf(facts, group)
        : packageGiven(facts, record.package ?? 0);
    const windows = record.windows.map((window) => this.#stateOf(record.subscriber, window, region));
    const detectors = [...windows, ...idleStates(windows, owner)];
    const { clock, services } = this.#parts;
    const overrides = about.filter((each) => isInForce(each, clock.now()));
    return {
      subscriber: record.subscriber,
      group: group?.name ?? null,
      template: group?.template ?? null,
      package: owner ? packageNameOf(owner) : null,
      via: record.via,
      state: stateOf(detectors, overrides, services()),
      overrides,
      firstSeenAt: unixTime(clock, record.createdMs),
      lastSeenAt: unixTime(clock, record.lastSeenMs),
      openSessions: record.openSessions,
      detectors,
    };
  }

  #stateOf(subscriber: SubscriberAddress, window: WindowRecord, region: string): DetectorState {
    const { clock } = this.#parts;
    const { detector, periodStartedMs, counted, refused, inBreach } = window;
    const breach = inBreach ? this.#parts.recorder.find(region, { subscriber, detector, periodStartedMs }) : undefined;
    // A daemon that started after the detector went knows it by the breach only.
    const name = this.#parts.nameOf(detector) ?? breach?.name ?? null;
    const lastsMs = lastingMs(window, name);
    return {
      id: detector,
      name,
      counted,
      refused,
      period: {
        startedAt: unixTime(clock, periodStartedMs),
        untilAt: lastsMs === null ? null : unixTime(clock, periodStartedMs + lastsMs),
        periodMs: window.periodMs,
      },
      inBreach,
      breachedAt: breach?.startedAt ?? null,
    };
  }
}

/** A name comes once for each of its mappings that was looked for, and of a wide one for each worker. */
function isFirst({ subscriber: { address } }: SubscriberRecord, seen: Set<string>): boolean {
  if (nameIdOf(address) === undefined) return true;
  const before = seen.size;
  return seen.add(address).size > before;
}

/** As an untagged packet's is looked for: the longest mapping first. What is within tags is none of its, and comes last. */
function bySpecificity({ via: one }: SubscriberRecord, { via: other }: SubscriberRecord): number {
  const isTagged = (via: SubscriberRecord["via"]) => (via?.tags ? 1 : 0);
  return isTagged(one) - isTagged(other) || (other?.prefixLength ?? 0) - (one?.prefixLength ?? 0);
}

/** From the period's start; null: as long as signals come. */
function lastingMs({ periodMs, holdMs, inBreach }: WindowRecord, name: DetectorName | null): number | null {
  if (inBreach) return periodMs + holdMs;
  return name?.window === "sliding" ? null : periodMs;
}

type Package = Facts["packages"][number];

/** Template 0 is package 0. */
export function packageOf(
  { templates, packages }: Pick<Facts, "templates" | "packages">,
  { template }: Pick<AnonymousGroup, "template">,
) {
  const id = template === 0 ? 0 : templates.find((each) => each.id === template)?.package;
  return packages.find((each) => each.id === id);
}

/** A name's: package 0 in place of one that the configuration has no more. */
export function packageGiven({ packages }: Pick<Facts, "packages">, id: number) {
  return packages.find((each) => each.id === id) ?? packages.find((each) => each.id === 0);
}

export function packageNameOf({ id, name }: Package): SubscriberPackage {
  return { id, name: name ?? null };
}

function detectorNames({ id, name, massMailing }: Package): DetectorName[] {
  return massMailing.flatMap(({ service, detectors }) =>
    detectors.map((detector) => ({ package: id, packageName: name ?? null, service, ...detector })),
  );
}

function sameDetector(one: DetectorName, other: DetectorName): boolean {
  return (["package", "service", "signal", "periodSeconds", "window", "count"] as const).every(
    (key) => one[key] === other[key],
  );
}

/** The detectors of a package that have counted nothing. */
export function idleStates(windows: readonly DetectorState[], owner: Package | undefined): DetectorState[] {
  const expected = owner ? detectorNames(owner) : [];
  return expected.filter((name) => !windows.some((each) => each.name && sameDetector(each.name, name))).map(idleState);
}

function idleState(name: DetectorName): DetectorState {
  return { id: null, name, counted: 0, refused: 0, period: null, inBreach: false, breachedAt: null };
}

/** What the fast path cannot be asked is told to a person. */
export function told(error: unknown): unknown {
  return error instanceof EngineError ? new Sentence(error.message, { cause: error }) : error;
}
