// Questions about names, answered in the thread of names.

import type Database from "better-sqlite3";
import { ChangeWriter, MAPPING_KEY_BYTES } from "../../engine/subscriber_change.ts";
import { mappingText } from "../mapping.ts";

/** What a person is told of a name. Times are Unix milliseconds. */
export interface Named {
  readonly id: number;
  readonly name: string;
  readonly package: number;
  /** By a person. */
  readonly fixed: boolean;
  readonly createdAt: number;
  readonly mappings: readonly NamedMapping[];
}

export interface NamedMapping {
  readonly text: string;
  /** Who made it; null: a person. */
  readonly session: { readonly feed: string; readonly nas: string; readonly id: string } | null;
  /** When it became the name's. */
  readonly since: number;
  readonly expiresAt: number | null;
}

/** Which names are meant; nothing: all of them. */
export interface NameFilter {
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
}

/** A name as a person introduced it: as it can be typed again. */
export interface Introduced {
  readonly name: string;
  readonly package: number;
  /** The static ones' texts. */
  readonly mappings: readonly string[];
}

export interface NameQueries {
  named(name: string): Named | undefined;
  count(filter: NameFilter): number;
  /** The first `limit` behind `after`, in order of their bytes. */
  page(filter: NameFilter, after: string, limit: number): string[];
  introducedPage(after: string, limit: number): Introduced[];
  /** Changes that introduce the first names with greater ids than `after`, with all they have; `last`: null: there is none. */
  replay(after: number, limit: number): { readonly changes: Uint8Array<ArrayBuffer>; readonly last: number | null };
}

export function nameQueries(database: Database.Database): NameQueries {
  const named = database.prepare<[string], Omit<Named, "mappings" | "fixed"> & { readonly fixed: number }>(
    `SELECT id, name, package, fixed, created_at AS createdAt FROM names WHERE name = ? AND forgotten_at IS NULL`,
  );
  const mappingsOf = database.prepare<[number], MappingOf>(
    `SELECT key, since, expires_at, feed, nas, sessions.session FROM mappings
      LEFT JOIN sessions ON sessions.id = mappings.session WHERE mappings.name = ? ORDER BY key`,
  );
  // A prefix is looked for by the index of names: what begins with it lies before the prefix and the greatest character.
  const matching = `forgotten_at IS NULL AND name >= @prefix AND name < @prefix || char(127)
    AND (@suffix = '' OR substr(name, -length(@suffix)) = @suffix)`;
  const count = database.prepare<object, number>(`SELECT count(*) FROM names WHERE ${matching}`).pluck();
  const page = database
    .prepare<object, string>(`SELECT name FROM names WHERE ${matching} AND name > @after ORDER BY name LIMIT @limit`)
    .pluck();
  const introduced = database
    .prepare<[string, number], [string, number, string | null]>(
      `SELECT names.name, package, group_concat(hex(key), '') FROM (
          SELECT * FROM names WHERE name > ? AND fixed = 1 ORDER BY name LIMIT ?) AS names
        LEFT JOIN mappings ON mappings.name = names.id AND mappings.session = 0
        GROUP BY names.id ORDER BY names.name`,
    )
    .raw();
  const ids = database
    .prepare<[number, number], [number, number]>(
      "SELECT id, package FROM names WHERE id > ? AND forgotten_at IS NULL ORDER BY id LIMIT ?",
    )
    .raw();
  // One text for all keys: to take a row each takes several times as long.
  const keys = database
    .prepare<[number, number], [string, string | null]>(
      `SELECT json_group_array(name), group_concat(hex(key), '')
        FROM (SELECT name, key FROM mappings INDEXED BY mappings_by_name WHERE name > ? AND name <= ? ORDER BY name)`,
    )
    .raw();
  return {
    named(name) {
      const row = named.get(name);
      return row && { ...row, fixed: row.fixed === 1, mappings: mappingsOf.all(row.id).map(mappingOf) };
    },
    count: (filter) => count.get(termsOf(filter)) ?? 0,
    page: (filter, after, limit) => page.all({ ...termsOf(filter), after, limit }),
    introducedPage: (after, limit) =>
      introduced.all(after, limit).map(([name, packageId, hex]) => ({
        ...{ name, package: packageId },
        mappings: keysOf(hex ?? "").map(mappingText),
      })),
    replay(after, limit) {
      const names = ids.all(after, limit);
      const last = names.at(-1)?.[0] ?? null;
      const [owners, hex] = (last === null ? undefined : keys.get(after, last)) ?? ["[]", ""];
      const changes = new ChangeWriter(2 * names.length);
      for (const [id, packageId] of names) changes.name(id, packageId);
      const mappings = keysOf(hex ?? "");
      for (const [index, id] of (JSON.parse(owners) as number[]).entries()) {
        const key = mappings[index];
        if (key) changes.map(id, key);
      }
      return { changes: changes.take(), last };
    },
  };
}

function termsOf({ prefix = "", suffix = "" }: NameFilter) {
  return { prefix, suffix };
}

function keysOf(hex: string): Uint8Array[] {
  const bytes = Buffer.from(hex, "hex");
  const count = bytes.length / MAPPING_KEY_BYTES;
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * MAPPING_KEY_BYTES, (index + 1) * MAPPING_KEY_BYTES),
  );
}

interface MappingOf {
  readonly key: Uint8Array;
  readonly since: number;
  readonly expires_at: number | null;
  readonly feed: string | null;
  readonly nas: string | null;
  readonly session: string | null;
}

function mappingOf({ key, since, expires_at, feed, nas, session }: MappingOf): NamedMapping {
  const made = feed === null || nas === null || session === null ? null : { feed, nas, id: session };
  return { text: mappingText(key), session: made, since, expiresAt: expires_at };
}
