// Breaches in the store, and how far the events that tell them were read: saved together, or not at all.

import type Database from "better-sqlite3";
import { networksAround } from "../../cli/grammar/prefix.ts";
import type { Breach } from "../breaches/breach.ts";
import type { EventPlace } from "../engine/engine_port.ts";
import { breachOf, type Row, rowOf } from "./breach-row.ts";

/** Rows that are kept: of a breach every half minute, a year's. */
const BREACH_ROWS_MAX = 1_000_000;

/** Rows that one step forgets: some milliseconds of the store's thread. */
const PRUNED_AT_ONCE = 500;

export interface BreachTable {
  /** Inserts those without an id and updates the others; in one transaction with the places. Returns the ids, in order. */
  save(breaches: readonly Breach[], places: readonly EventPlace[]): number[];
  /** Those that go on, and those that were concluded to have ended at or after `endedAt` (Unix ms): their end may be told yet. */
  unended(endedAt: number): Breach[];
  /** The `limit` that started last, latest first; with an address those of whoever has it, in whatever VLAN. */
  recent(limit: number, address?: string): Breach[];
  get(id: number): Breach | undefined;
  /**
   * Forgets some of those that are over and were declared `keptMs` before a Unix time and before the latest, or are not among the
   * latest that are kept. Returns whether there may be more.
   */
  prune(now: number, keptMs: number): boolean;
  places(): EventPlace[];
}

export function breachTable(database: Database.Database, rowsMax = BREACH_ROWS_MAX): BreachTable {
  const insert = database.prepare(insertion).pluck();
  const update = database.prepare(`UPDATE breaches SET ${assignments} WHERE id = @id`);
  const unended = database.prepare<[number], Row>(
    "SELECT * FROM breaches WHERE end_sequence IS NULL AND (ended_at IS NULL OR ended_at >= ?) ORDER BY started_at, id",
  );
  const recent = database.prepare<[number], Row>("SELECT * FROM breaches ORDER BY started_at DESC, id DESC LIMIT ?");
  // The networks first, each by the index: there are at most 129.
  const recentOf = database.prepare<[string, number], Row>(
    `SELECT breaches.* FROM json_each(?) AS network CROSS JOIN breaches
      ON address = network.value ->> 'address' AND prefix_length = network.value ->> 'length'
      ORDER BY started_at DESC, id DESC LIMIT ?`,
  );
  const get = database.prepare<[number], Row>("SELECT * FROM breaches WHERE id = ?");
  const prune = database.prepare<{ now: number; keptMs: number; rowsMax: number; atOnce: number }>(pruning);
  const places = database.prepare<[], EventPlace>("SELECT region, ring, sequence FROM event_places");
  const savePlace = database.prepare<[EventPlace]>(
    "INSERT OR REPLACE INTO event_places (region, ring, sequence) VALUES (@region, @ring, @sequence)",
  );
  const dropOtherPlaces = database.prepare<[string]>("DELETE FROM event_places WHERE region <> ?");

  // Lines of one visit are one revision, the latest: it is by the same person.
  const nameMaker = database.prepare<[number]>(
    `UPDATE breaches SET (end_user, end_origin, end_why) =
      (SELECT user, origin, nullif(comment, '') FROM revisions WHERE number >= end_revision ORDER BY number LIMIT 1)
      WHERE id = ?`,
  );

  const put = (breach: Breach): number => {
    if (breach.id === null) return Number(insert.get(rowOf(breach)));
    update.run({ ...rowOf(breach), id: breach.id });
    return breach.id;
  };
  const saveOne = (breach: Breach): number => {
    const id = put(breach);
    if (breach.end?.revision) nameMaker.run(id);
    return id;
  };

  return {
    save: database.transaction((breaches: readonly Breach[], read: readonly EventPlace[]) => {
      for (const place of read) savePlace.run(place);
      for (const { region } of read.slice(0, 1)) dropOtherPlaces.run(region);
      return breaches.map(saveOne);
    }),
    unended: (endedAt) => unended.all(endedAt).map(breachOf),
    recent(limit, address) {
      if (address === undefined) return recent.all(limit).map(breachOf);
      return recentOf.all(JSON.stringify(networksAround(address)), limit).map(breachOf);
    },
    get(id) {
      const row = get.get(id);
      return row && breachOf(row);
    },
    prune: (now, keptMs) => prune.run({ now, keptMs, rowsMax, atOnce: PRUNED_AT_ONCE }).changes === PRUNED_AT_ONCE,
    places: () => places.all(),
  };
}

const columns = [
  "region",
  "address",
  "prefix_length",
  "outer_vlan",
  "inner_vlan",
  "subscriber_name",
  "detector",
  "package",
  "package_name",
  "service",
  "signal",
  "threshold",
  "window",
  "count",
  "actions",
  "period_started_ms",
  "period_ms",
  "hold_ms",
  "started_at",
  "until_at",
  "ended_at",
  "counted",
  "refused",
  "destinations",
  "generation",
  "revision",
  "end_reason",
  "end_user",
  "end_origin",
  "end_why",
  "end_revision",
  "start_ring",
  "start_sequence",
  "end_ring",
  "end_sequence",
] satisfies (keyof ReturnType<typeof rowOf>)[];

const assignments = columns.map((column) => `${column} = @${column}`).join(", ");

// An event that is told again, by a store that was put back for instance, finds its row.
const insertion = `INSERT INTO breaches (${columns.join(", ")}) VALUES (${columns.map((column) => `@${column}`).join(", ")})
  ON CONFLICT DO UPDATE SET ${assignments} RETURNING id`;

// Ids are given in order, and hardly any are left out. Each part finds its rows by an index.
const pruning = `DELETE FROM breaches WHERE id IN (
  SELECT id FROM breaches WHERE id <= (SELECT max(id) FROM breaches) - @rowsMax AND ended_at IS NOT NULL
  UNION ALL SELECT id FROM breaches
    WHERE started_at < min(@now, (SELECT max(started_at) FROM breaches)) - @keptMs AND ended_at IS NOT NULL
  LIMIT @atOnce)`;
