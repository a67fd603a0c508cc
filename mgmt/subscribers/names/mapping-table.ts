// Mappings in their file. Runs in the thread of names.

import type Database from "better-sqlite3";
import { keyParts, type MappingKey } from "../../engine/subscriber_change.ts";

/** The session of those that a person made. */
export const STATIC = 0;

export interface MappingRow {
  readonly key: MappingKey;
  /** The name's id. */
  readonly name: number;
  /** STATIC, or the session's. */
  readonly session: number;
  readonly attribute: string;
  /** When it was told last. */
  readonly at: number;
  /** Since when it is the name's. */
  readonly since: number;
  readonly expires_at: number | null;
}

export interface MappingTable {
  find(key: MappingKey): MappingRow | undefined;
  /** False: it is somebody's already. */
  add(row: MappingRow): boolean;
  /** In place of the one with the same key. */
  change(row: MappingRow): void;
  remove(key: MappingKey): void;
  ofName(name: number): MappingRow[];
  ofSession(session: number): MappingRow[];
  hasName(name: number): boolean;
  hasSession(session: number): boolean;
  expired(now: number, limit: number): MappingRow[];
  /** When the next one expires. */
  nextExpiry(): number | null;
}

type MappingKind = "addresses" | "ranges" | "tags";

export function mappingKind(key: MappingKey): MappingKind {
  const { address, length } = keyParts(key);
  if (!address) return "tags";
  return length === 128 ? "addresses" : "ranges";
}

export function mappingTable(database: Database.Database): MappingTable {
  const rows = <Args extends unknown[]>(from: string) =>
    database.prepare<Args, MappingRow>(`SELECT mappings.* FROM mappings ${from}`);
  const find = rows<[MappingKey]>("WHERE key = ?");
  const ofName = rows<[number]>("WHERE name = ?");
  const ofSession = rows<[number]>("WHERE session = ? AND session <> 0");
  const expired = rows<[number, number]>("WHERE expires_at <= ? ORDER BY expires_at LIMIT ?");
  const hasName = database.prepare<[number]>("SELECT 1 FROM mappings WHERE name = ? LIMIT 1").pluck();
  const hasSession = database
    .prepare<[number]>("SELECT 1 FROM mappings WHERE session = ? AND session <> 0 LIMIT 1")
    .pluck();
  const add = database.prepare<[MappingKey, number, number, string, number, number, number | null]>(
    "INSERT INTO mappings VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const change = database.prepare<[number, number, string, number, number, number | null, MappingKey]>(
    "UPDATE mappings SET name = ?, session = ?, attribute = ?, at = ?, since = ?, expires_at = ? WHERE key = ?",
  );
  const remove = database.prepare<[MappingKey]>("DELETE FROM mappings WHERE key = ?");
  const nextExpiry = database.prepare<[], number | null>("SELECT min(expires_at) FROM mappings").pluck();
  return {
    find: (key) => find.get(key),
    add: ({ key, name, session, attribute, at, since, expires_at }) =>
      add.run(key, name, session, attribute, at, since, expires_at).changes > 0,
    change: ({ key, name, session, attribute, at, since, expires_at }) =>
      change.run(name, session, attribute, at, since, expires_at, key),
    remove: (key) => remove.run(key),
    ofName: (name) => ofName.all(name),
    ofSession: (session) => ofSession.all(session),
    hasName: (name) => hasName.get(name) !== undefined,
    hasSession: (session) => hasSession.get(session) !== undefined,
    expired: (now, limit) => expired.all(now, limit),
    nextExpiry: () => nextExpiry.get() ?? null,
  };
}
