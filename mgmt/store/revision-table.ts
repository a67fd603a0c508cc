// Configurations that the fast path obeyed, in the store.

import type Database from "better-sqlite3";

export interface Revision {
  /** From 1, one more for each configuration applied. */
  readonly number: number;
  /** The configuration file, as it was read. */
  readonly text: string;
  /** Unix milliseconds. */
  readonly appliedAt: number;
}

export interface RevisionTable {
  latest(): Revision | undefined;
  save(revision: Revision): void;
}

export function revisionTable(database: Database.Database): RevisionTable {
  const latest = database.prepare<[], Revision>(
    "SELECT number, text, applied_at AS appliedAt FROM revisions ORDER BY number DESC LIMIT 1",
  );
  const save = database.prepare<[Revision]>(
    "INSERT OR REPLACE INTO revisions (number, text, applied_at) VALUES (@number, @text, @appliedAt)",
  );
  return { latest: () => latest.get(), save: (revision) => void save.run(revision) };
}
