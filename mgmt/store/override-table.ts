// Overrides in the store: those in force, and of those that ended the latest.

import type Database from "better-sqlite3";
import { networksAround } from "../../cli/grammar/prefix.ts";
import type { Ended, Override } from "../overrides/override.ts";

/** Of those that ended. */
const ENDED_KEPT = 10_000;

/** What becomes of the overrides in force. */
export interface OverrideStep {
  readonly made?: Override;
  readonly ended?: { readonly number: number; readonly how: Ended };
}

export interface OverrideTable {
  /** The greatest number ever given; 0: none was. */
  last(): number;
  inForce(): Override[];
  get(number: number): Override | undefined;
  /** All of it, or nothing. */
  save(step: OverrideStep): void;
  /** Ends those whose time is over at `now` (Unix ms). Returns them. */
  expire(now: number): Override[];
  /** When the next one's time is over, in Unix milliseconds; null: none's will be. */
  nextEnd(): number | null;
  /** The first `limit` whose numbers are greater than `after`. */
  page(after: number, limit: number, withEnded: boolean): Override[];
  /** Those that may be about an address, in order. */
  near(address: NearAddress, withEnded: boolean): Override[];
  /** Whether any are in force. */
  any(): boolean;
}

/** Where overrides that are about an address may be found. */
export interface NearAddress {
  readonly address: string;
  /** Longer prefixes may be about it, too: they mean their whole subscribers. */
  readonly subscriberLength: number;
  /** Those that the address is in. */
  readonly zones: readonly string[];
}

export function overrideTable(database: Database.Database, endedKept = ENDED_KEPT): OverrideTable {
  const last = database.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'overrides'").pluck();
  const inForce = database.prepare<[], Row>("SELECT * FROM overrides WHERE ended_at IS NULL ORDER BY number");
  const get = database.prepare<[number], Row>("SELECT * FROM overrides WHERE number = ?");
  const insert = database.prepare<[Override]>(
    `INSERT INTO overrides (number, kind, prefix, name, zone, service, package, until_at, made_at, made_by, made_from, reason)
     VALUES (@number, @kind, @prefix, @name, @zone, @service, @package, @until, @madeAt, @madeBy, @madeFrom, @reason)`,
  );
  const end = database.prepare<[Ended & { number: number }]>(
    "UPDATE overrides SET ended_at = @at, ended_by = @by, end_reason = @reason WHERE number = @number",
  );
  const over = database.prepare<[number], Row>(
    `UPDATE overrides SET ended_at = until_at, ended_by = 'system', end_reason = 'its time was over'
     WHERE ended_at IS NULL AND until_at <= ? RETURNING *`,
  );
  const nextEnd = database
    .prepare<[], number | null>("SELECT min(until_at) FROM overrides WHERE ended_at IS NULL")
    .pluck();
  const forget = database.prepare<[number]>(
    `DELETE FROM overrides WHERE number IN (
       SELECT number FROM overrides WHERE ended_at IS NOT NULL ORDER BY ended_at DESC, number DESC LIMIT -1 OFFSET ?)`,
  );
  const page = database.prepare<[number, number, number], Row>(
    "SELECT * FROM overrides WHERE number > ? AND (ended_at IS NULL OR ?) ORDER BY number LIMIT ?",
  );
  const near = database.prepare<[Near], Row>(
    `SELECT * FROM overrides WHERE number IN (
       SELECT number FROM overrides WHERE prefix IN (SELECT value FROM json_each(@networks))
       UNION SELECT number FROM overrides
         WHERE prefix IS NOT NULL AND CAST(substr(prefix, instr(prefix, '/') + 1) AS INTEGER) > @length
       UNION SELECT number FROM overrides WHERE zone IN (SELECT value FROM json_each(@zones))
     ) AND (ended_at IS NULL OR @withEnded) ORDER BY number`,
  );
  const any = database.prepare<[], number>("SELECT EXISTS (SELECT 1 FROM overrides WHERE ended_at IS NULL)").pluck();

  const save = database.transaction(({ made, ended }: OverrideStep) => {
    if (ended) end.run({ number: ended.number, ...ended.how });
    if (made) insert.run(made);
    forget.run(endedKept);
  });
  const expire = database.transaction((now: number) => {
    const rows = over.all(now);
    forget.run(endedKept);
    return rows.map(overrideOf).sort((a, b) => a.number - b.number);
  });

  return {
    last: () => last.get() ?? 0,
    inForce: () => inForce.all().map(overrideOf),
    get(number) {
      const row = get.get(number);
      return row && overrideOf(row);
    },
    save: (step) => save.immediate(step),
    expire: (now) => expire.immediate(now),
    nextEnd: () => nextEnd.get() ?? null,
    near({ address, subscriberLength: length, zones }, withEnded) {
      const networks = networksAround(address).map((each) => `${each.address}/${each.length}`);
      const texts = { networks: JSON.stringify(networks), zones: JSON.stringify(zones) };
      return near.all({ ...texts, length, withEnded: Number(withEnded) }).map(overrideOf);
    },
    any: () => any.get() === 1,
    page: (after, limit, withEnded) => page.all(after, Number(withEnded), limit).map(overrideOf),
  };
}

interface Near {
  readonly networks: string;
  readonly zones: string;
  readonly length: number;
  readonly withEnded: number;
}

interface Row
  extends Pick<Override, "number" | "kind" | "prefix" | "name" | "zone" | "service" | "package" | "reason"> {
  readonly until_at: number | null;
  readonly made_at: number;
  readonly made_by: string;
  readonly made_from: string;
  readonly ended_at: number | null;
  readonly ended_by: string | null;
  readonly end_reason: string | null;
}

function overrideOf(row: Row): Override {
  const { number, kind, prefix, name, zone, service, package: id, reason } = row;
  return {
    ...{ number, kind, prefix, name, zone, service, package: id, reason },
    madeAt: row.made_at,
    madeBy: row.made_by,
    madeFrom: row.made_from,
    until: row.until_at,
    ended: row.ended_at === null ? null : { at: row.ended_at, by: row.ended_by ?? "", reason: row.end_reason ?? "" },
  };
}
