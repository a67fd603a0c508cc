// Names in their file. Runs in the thread of names, which alone has the file.

import type Database from "better-sqlite3";

export interface NameRow {
  readonly id: number;
  readonly name: string;
  readonly package: number;
  readonly packageAt: number;
  readonly fixed: boolean;
  readonly createdAt: number;
  readonly isIdle: boolean;
  readonly isForgotten: boolean;
}

export interface NameTable {
  /** Also one that is forgotten. */
  find(name: string): NameRow | undefined;
  get(id: number): NameRow | undefined;
  /** Undefined: the name is there already. */
  add(name: string, packageId: number, fixed: boolean, isIdle: boolean, now: number): number | undefined;
  /** One that was forgotten is known again. */
  revive(id: number, now: number): void;
  setPackage(id: number, packageId: number, at: number): void;
  fix(id: number): void;
  /** null: it has mappings. */
  setIdle(id: number, at: number | null): void;
  forget(id: number, now: number): void;
  /** Those that no person introduced, without a mapping since then or before: the longest first. */
  idleSince(at: number, limit: number): number[];
  /** Those that a person introduced, with greater ids. */
  introduced(after: number, limit: number): number[];
  /** Deletes some of those that were forgotten then or before: how many. */
  prune(at: number, limit: number): number;
  /** Of ids, also of those that are forgotten. */
  namesOf(ids: readonly number[]): [id: number, name: string][];
}

export function nameTable(database: Database.Database): NameTable {
  const find = database.prepare<[string], Kept>("SELECT * FROM names WHERE name = ?");
  const get = database.prepare<[number], Kept>("SELECT * FROM names WHERE id = ?");
  const add = database.prepare<[string, number, number, number, number, number | null]>(
    `INSERT INTO names (name, package, fixed, package_at, created_at, idle_at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING`,
  );
  const revive = database.prepare<[number, number, number]>(
    "UPDATE names SET forgotten_at = NULL, created_at = ?, idle_at = ? WHERE id = ?",
  );
  const setPackage = database.prepare<[number, number, number]>(
    "UPDATE names SET package = ?, package_at = ? WHERE id = ?",
  );
  const fix = database.prepare<[number]>("UPDATE names SET fixed = 1 WHERE id = ?");
  const setIdle = database.prepare<[number | null, number]>("UPDATE names SET idle_at = ? WHERE id = ?");
  const forget = database.prepare<[number, number]>("UPDATE names SET forgotten_at = ?, fixed = 0 WHERE id = ?");
  const idleSince = database
    .prepare<[number, number], number>(
      `SELECT id FROM names WHERE idle_at <= ? AND forgotten_at IS NULL AND fixed = 0 ORDER BY idle_at LIMIT ?`,
    )
    .pluck();
  const introduced = database
    .prepare<[number, number], number>("SELECT id FROM names WHERE id > ? AND fixed = 1 ORDER BY id LIMIT ?")
    .pluck();
  const prune = database.prepare<[number, number]>(
    `DELETE FROM names WHERE id < (SELECT max(id) FROM names)
      AND id IN (SELECT id FROM names WHERE forgotten_at <= ? ORDER BY forgotten_at LIMIT ?)`,
  );
  const namesOf = database
    .prepare<[string], [number, string]>(
      "SELECT names.id, name FROM json_each(?) AS asked JOIN names ON names.id = asked.value",
    )
    .raw();
  return {
    find: (name) => rowOf(find.get(name)),
    get: (id) => rowOf(get.get(id)),
    add(name, packageId, fixed, isIdle, now) {
      const idleAt = isIdle ? now : null;
      const { changes, lastInsertRowid } = add.run(name, packageId, Number(fixed), now, now, idleAt);
      return changes === 0 ? undefined : Number(lastInsertRowid);
    },
    revive: (id, now) => revive.run(now, now, id),
    setPackage: (id, packageId, at) => setPackage.run(packageId, at, id),
    fix: (id) => fix.run(id),
    setIdle: (id, at) => setIdle.run(at, id),
    forget: (id, now) => forget.run(now, id),
    idleSince: (at, limit) => idleSince.all(at, limit),
    introduced: (after, limit) => introduced.all(after, limit),
    prune: (at, limit) => prune.run(at, limit).changes,
    namesOf: (ids) => namesOf.all(JSON.stringify(ids)),
  };
}

interface Kept {
  readonly id: number;
  readonly name: string;
  readonly package: number;
  readonly package_at: number;
  readonly fixed: number;
  readonly created_at: number;
  readonly idle_at: number | null;
  readonly forgotten_at: number | null;
}

function rowOf(kept: Kept | undefined): NameRow | undefined {
  if (!kept) return undefined;
  const { id, name, package: packageId, package_at, fixed, created_at, idle_at, forgotten_at } = kept;
  return {
    ...{ id, name, package: packageId, packageAt: package_at, fixed: fixed === 1, createdAt: created_at },
    ...{ isIdle: idle_at !== null, isForgotten: forgotten_at !== null },
  };
}
