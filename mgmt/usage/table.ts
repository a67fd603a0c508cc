// Usage on record. Runs in the thread of usage, which alone has the file.

import type Database from "better-sqlite3";
import { networksAround } from "../../cli/grammar/prefix.ts";
import { destinationCount, type Metric, type NamedUsage, type UsageMinute, type UsageRow } from "./usage.ts";

/** What is kept: beyond it the oldest minutes go, but not the last one. No clock is asked, which may be wrong. */
export interface Bounds {
  readonly minutes: number;
  readonly rows: number;
}

/** A row takes 38 bytes (measured): 20 million are 0.8 GB, and eleven hours of 30,000 subscribers who are always active. */
export const defaultBounds: Bounds = { minutes: 7 * 24 * 60, rows: 20_000_000 };

/** So many minutes at once: the thread has other things to do. */
const FORGOTTEN_MINUTES = 10;
const FORGOTTEN_SUBSCRIBERS = 10_000;

/** A subscriber's `seen` is renewed after so many minutes: not with each row of his. */
const SEEN_MINUTES = 1440;

/** A minute on record. */
export interface KeptMinute extends Omit<UsageMinute, "measured"> {
  readonly id: number;
  /** The service that is asked about was measured in it. */
  readonly isMeasured: boolean;
}

/** What a subscriber has of a metric in a minute: of destinations the bitmap. */
export type Measure<M extends Metric | "attempts"> = readonly [
  subscriber: number,
  value: M extends "destinations" ? Uint8Array : number,
];

export interface UsageTable {
  /** All of the minute or nothing; nothing if it is on record already. */
  save(minute: UsageMinute, usage: readonly NamedUsage[]): void;
  /** Some of what is beyond the bounds. */
  forget(): void;
  /** Of whoever has the address, in whatever VLAN: the latest `minutes` minutes, newest first. */
  of(address: string, minutes: number): UsageRow[];
  /** Null: no service of this name was ever measured. */
  serviceId(name: string): number | null;
  /** The first minute on record in which the service was measured; null: in none. */
  firstMeasured(service: number): number | null;
  /** The latest on record, newest first. */
  latest(count: number, service: number): KeptMinute[];
  /** `attempts`: sessions and those refused. */
  measures<M extends Metric | "attempts">(metric: M, minute: number, service: number): Measure<M>[];
  subscriber(id: number): NamedUsage["subscriber"];
}

const columnsOf = {
  ...{ sessions: "sessions", refused: "refused", bytes: "bytes", destinations: "destinations" },
  attempts: "sessions + refused",
} as const satisfies Record<Metric | "attempts", string>;

export function usageTable(database: Database.Database, bounds: Bounds = defaultBounds): UsageTable {
  const service = database.prepare<[string], number>("SELECT id FROM services WHERE name = ?").pluck();
  const firstMeasured = database
    .prepare<[number], number>("SELECT minute FROM measured WHERE service = ? ORDER BY minute LIMIT 1")
    .pluck();
  const latest = database.prepare<[number, number], MinuteRow & { readonly is_measured: number }>(
    `SELECT *, EXISTS (SELECT 1 FROM measured WHERE minute = minutes.id AND service = ?) AS is_measured
      FROM minutes ORDER BY id DESC LIMIT ?`,
  );
  const subscriber = database.prepare<[number], SubscriberRow>("SELECT * FROM subscribers WHERE id = ?");
  const of = database.prepare<[string, number], UsageOf>(usageOf);
  const measures = (metric: Metric | "attempts") =>
    database.prepare(`SELECT subscriber, ${columnsOf[metric]} FROM usage WHERE minute = ? AND service = ?`).raw();

  return {
    save: database.transaction(usageWriter(database)),
    forget: database.transaction(forgetter(database, bounds)),
    of: (address, count) => of.all(JSON.stringify(networksAround(address)), count).map(rowOf),
    serviceId: (name) => service.get(name) ?? null,
    firstMeasured: (id) => firstMeasured.get(id) ?? null,
    latest: (count, id) => latest.all(id, count).map(minuteOf),
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

  const insertMeasured = database.prepare("INSERT OR IGNORE INTO measured VALUES (?, ?)");

  return ({ bootId, bootMinute, startedAt, whole, measured }: UsageMinute, usage: readonly NamedUsage[]) => {
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
    // What was used was measured, though no package may measure it any more.
    for (const name of [...measured, ...services.keys()]) insertMeasured.run(minute, serviceId(name));
  };
}

function forgetter(database: Database.Database, { minutes, rows }: Bounds) {
  const kept = database.prepare<[], Bounds>("SELECT count(*) AS minutes, total(usage_rows) AS rows FROM minutes");
  const oldest = database.prepare<[], Pick<MinuteRow, "id" | "usage_rows">>(
    `SELECT id, usage_rows FROM minutes WHERE id < (SELECT max(id) FROM minutes) ORDER BY id LIMIT ${FORGOTTEN_MINUTES}`,
  );
  const deleteUsage = database.prepare<[number]>("DELETE FROM usage WHERE minute = ?");
  const deleteMeasured = database.prepare<[number]>("DELETE FROM measured WHERE minute = ?");
  const deleteMinute = database.prepare<[number]>("DELETE FROM minutes WHERE id = ?");
  const deleteSubscribers = database.prepare<[number]>(
    `DELETE FROM subscribers WHERE id IN
      (SELECT id FROM subscribers WHERE seen + ${SEEN_MINUTES} <= ? LIMIT ${FORGOTTEN_SUBSCRIBERS})`,
  );

  return () => {
    let left = kept.get() ?? { minutes: 0, rows: 0 };
    for (const { id, usage_rows } of oldest.all()) {
      if (left.minutes <= minutes && left.rows <= rows) return;
      deleteUsage.run(id);
      deleteMeasured.run(id);
      deleteMinute.run(id);
      deleteSubscribers.run(id);
      left = { minutes: left.minutes - 1, rows: left.rows - usage_rows };
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

function minuteOf(row: MinuteRow & { readonly is_measured: number }): KeptMinute {
  const { id, boot_id, boot_minute, started_at, whole, is_measured } = row;
  return {
    ...{ id, bootId: boot_id, bootMinute: boot_minute, startedAt: started_at },
    ...{ whole: whole === 1, isMeasured: is_measured === 1 },
  };
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
