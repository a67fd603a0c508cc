// Usage on record. Runs in the thread of usage, which alone has the file.

import type Database from "better-sqlite3";
import { networksAround } from "../../cli/grammar/prefix.ts";
import { MINUTE_MS } from "../time.ts";
import { destinationCount, type Metric, type NamedUsage, type UsageMinute, type UsageRow } from "./usage.ts";

/** What is kept: beyond it the oldest minutes go, but not the last one. */
export interface Bounds {
  readonly ageMs: number;
  readonly rows: number;
}

/** A row takes 38 bytes (measured): 20 million are 0.8 GB, and eleven hours of 30,000 subscribers who are always active. */
export const defaultBounds: Bounds = { ageMs: 7 * 24 * 60 * MINUTE_MS, rows: 20_000_000 };

/** So many minutes at once: the thread has other things to do. */
const FORGOTTEN_MINUTES = 10;
const FORGOTTEN_SUBSCRIBERS = 10_000;

/** A subscriber's `seen` is renewed after so many minutes: not with each row of his. */
const SEEN_MINUTES = 1440;

/** A minute on record. */
export interface KeptMinute extends UsageMinute {
  readonly id: number;
}

/** What a subscriber has of a metric in a minute: of destinations the bitmap. */
export type Measure<M extends Metric | "attempts"> = readonly [
  subscriber: number,
  value: M extends "destinations" ? Uint8Array : number,
];

export interface UsageTable {
  /** All of the minute or nothing; nothing if it is on record already. Forgets some of what is beyond the bounds. */
  save(minute: UsageMinute, usage: readonly NamedUsage[]): void;
  /** Of whoever has the address, in whatever VLAN: the latest `minutes` minutes, newest first. */
  of(address: string, minutes: number): UsageRow[];
  /** Null: nothing of a service of this name is on record. */
  serviceId(name: string): number | null;
  /** The first and the last on record. */
  ends(): { readonly first: KeptMinute; readonly last: KeptMinute } | null;
  /** Those on record whose middle lies between, in order. */
  minutes(from: number, to: number): KeptMinute[];
  /** `attempts`: sessions and those refused. */
  measures<M extends Metric | "attempts">(metric: M, minute: number, service: number): Measure<M>[];
  subscriber(id: number): NamedUsage["subscriber"];
}

const columnsOf = {
  ...{ sessions: "sessions", refused: "refused", bytes: "bytes", destinations: "destinations" },
  attempts: "sessions + refused",
} as const satisfies Record<Metric | "attempts", string>;

export function usageTable(database: Database.Database, bounds: Bounds = defaultBounds): UsageTable {
  const writer = usageWriter(database);
  const forget = forgetter(database, bounds);
  const service = database.prepare<[string], number>("SELECT id FROM services WHERE name = ?").pluck();
  const ends = database.prepare<[], MinuteRow>(
    `SELECT * FROM minutes WHERE id IN ((SELECT min(id) FROM minutes), (SELECT max(id) FROM minutes)) ORDER BY id`,
  );
  const minutes = database.prepare<[number, number], MinuteRow>(
    "SELECT * FROM minutes WHERE started_at >= ? AND started_at < ? ORDER BY id",
  );
  const subscriber = database.prepare<[number], SubscriberRow>("SELECT * FROM subscribers WHERE id = ?");
  const of = database.prepare<[string, number], UsageOf>(usageOf);
  const measures = (metric: Metric | "attempts") =>
    database.prepare(`SELECT subscriber, ${columnsOf[metric]} FROM usage WHERE minute = ? AND service = ?`).raw();

  return {
    save: database.transaction((minute: UsageMinute, usage: readonly NamedUsage[]) => {
      writer(minute, usage);
      forget(minute.startedAt);
    }),
    of: (address, count) => of.all(JSON.stringify(networksAround(address)), count).map(rowOf),
    serviceId: (name) => service.get(name) ?? null,
    ends() {
      const [first, last = first] = ends.all().map(minuteOf);
      return first && last ? { first, last } : null;
    },
    minutes: (from, to) => minutes.all(from - MINUTE_MS / 2, to - MINUTE_MS / 2).map(minuteOf),
    measures: <M extends Metric | "attempts">(metric: M, minute: number, service: number) =>
      measures(metric).all(minute, service) as Measure<M>[],
    subscriber(id) {
      const row = subscriber.get(id);
      if (!row) throw new Error(`There is no subscriber ${id}.`);
      return subscriberOf(row);
    },
  };
}

function usageWriter(database: Database.Database) {
  const insertMinute = database
    .prepare<[string, number, number, number, number]>(
      `INSERT INTO minutes (boot_id, boot_minute, started_at, whole, usage_rows) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING RETURNING id`,
    )
    .pluck();
  const findService = database.prepare<[string]>("SELECT id FROM services WHERE name = ?").pluck();
  const insertService = database.prepare<[string]>("INSERT INTO services (name) VALUES (?) RETURNING id").pluck();
  const findSubscriber = database
    .prepare<[string, number, number, number], [id: number, seen: number]>(
      `SELECT id, seen FROM subscribers
        WHERE address = ? AND prefix_length = ? AND outer_vlan = ? AND inner_vlan = ?`,
    )
    .raw();
  const insertSubscriber = database
    .prepare<[string, number, number, number, number]>(
      `INSERT INTO subscribers (address, prefix_length, outer_vlan, inner_vlan, seen) VALUES (?, ?, ?, ?, ?) RETURNING id`,
    )
    .pluck();
  const renew = database.prepare<[number, number]>("UPDATE subscribers SET seen = ? WHERE id = ?");
  // A subscriber whose watch was lost within the minute has two: the later one is put in place of the other.
  const insert = database.prepare("INSERT OR REPLACE INTO usage VALUES (?, ?, ?, ?, ?, ?, ?)");

  const subscriberId = ({ address, prefixLength, outerVlan, innerVlan }: NamedUsage["subscriber"], minute: number) => {
    const [id, seen] = findSubscriber.get(address, prefixLength, outerVlan, innerVlan) ?? [];
    if (id === undefined || seen === undefined) {
      return Number(insertSubscriber.get(address, prefixLength, outerVlan, innerVlan, minute));
    }
    if (seen + SEEN_MINUTES <= minute) renew.run(minute, id);
    return id;
  };

  return ({ bootId, bootMinute, startedAt, whole }: UsageMinute, usage: readonly NamedUsage[]) => {
    const minute = insertMinute.get(bootId, bootMinute, startedAt, Number(whole), usage.length);
    if (minute === undefined) return;
    const services = new Map<string, number>();
    const serviceId = (name: string) => {
      const id = services.get(name) ?? Number(findService.get(name) ?? insertService.get(name));
      services.set(name, id);
      return id;
    };
    for (const { subscriber, service, sessions, refused, bytes, destinations } of usage) {
      const id = subscriberId(subscriber, Number(minute));
      insert.run(minute, serviceId(service), id, sessions, refused, bytes, destinations);
    }
  };
}

function forgetter(database: Database.Database, { ageMs, rows }: Bounds) {
  const total = database.prepare<[], number>("SELECT total(usage_rows) FROM minutes").pluck();
  const oldest = database.prepare<[], MinuteRow>(
    `SELECT * FROM minutes WHERE id < (SELECT max(id) FROM minutes) ORDER BY id LIMIT ${FORGOTTEN_MINUTES}`,
  );
  const deleteUsage = database.prepare<[number]>("DELETE FROM usage WHERE minute = ?");
  const deleteMinute = database.prepare<[number]>("DELETE FROM minutes WHERE id = ?");
  const deleteSubscribers = database.prepare<[number]>(
    `DELETE FROM subscribers WHERE id IN
      (SELECT id FROM subscribers WHERE seen + ${SEEN_MINUTES} <= ? LIMIT ${FORGOTTEN_SUBSCRIBERS})`,
  );

  return (now: number) => {
    let kept = total.get() ?? 0;
    for (const { id, started_at, usage_rows } of oldest.all()) {
      if (kept <= rows && started_at >= now - ageMs) return;
      deleteUsage.run(id);
      deleteMinute.run(id);
      deleteSubscribers.run(id);
      kept -= usage_rows;
    }
  };
}

// Each by its key: first whose the address is, of which networks there are at most 129.
const usageOf = `
  SELECT subscribers.*, minutes.started_at, services.name, sessions, refused, bytes, destinations
  FROM json_each(?) AS network
  CROSS JOIN subscribers ON address = network.value ->> 'address' AND prefix_length = network.value ->> 'length'
  CROSS JOIN (SELECT * FROM minutes ORDER BY id DESC LIMIT ?) AS minutes
  CROSS JOIN services
  CROSS JOIN usage ON usage.minute = minutes.id AND service = services.id AND subscriber = subscribers.id
  ORDER BY minutes.id DESC, subscribers.id, services.id`;

interface MinuteRow {
  readonly id: number;
  readonly boot_id: string;
  readonly boot_minute: number;
  readonly started_at: number;
  readonly whole: number;
  readonly usage_rows: number;
}

interface SubscriberRow {
  readonly address: string;
  readonly prefix_length: number;
  readonly outer_vlan: number;
  readonly inner_vlan: number;
}

interface UsageOf extends SubscriberRow {
  readonly started_at: number;
  readonly name: string;
  readonly sessions: number;
  readonly refused: number;
  readonly bytes: number;
  readonly destinations: Uint8Array;
}

function minuteOf({ id, boot_id, boot_minute, started_at, whole }: MinuteRow): KeptMinute {
  return { id, bootId: boot_id, bootMinute: boot_minute, startedAt: started_at, whole: whole === 1 };
}

function subscriberOf({ address, prefix_length, outer_vlan, inner_vlan }: SubscriberRow): NamedUsage["subscriber"] {
  return { address, prefixLength: prefix_length, outerVlan: outer_vlan, innerVlan: inner_vlan };
}

function rowOf(row: UsageOf): UsageRow {
  const { started_at, name, sessions, refused, bytes, destinations } = row;
  return {
    ...{ startedAt: started_at, subscriber: subscriberOf(row), service: name, sessions, refused, bytes },
    destinations: destinationCount(destinations),
  };
}
