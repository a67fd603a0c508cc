// What people did, in the store: the latest rows, and no more.

import type Database from "better-sqlite3";
import type { AuditEntry } from "../operations/operation.ts";

/** Rows that are kept: at a line a minute, two months. */
const AUDIT_ROWS_MAX = 100_000;

export interface AuditTable {
  save(entry: AuditEntry): void;
  /** The last `limit` that were saved, latest first. */
  recent(limit: number): AuditEntry[];
}

export function auditTable(database: Database.Database, rowsMax = AUDIT_ROWS_MAX): AuditTable {
  const insert = database.prepare<[AuditEntry]>(
    `INSERT INTO audit (at, user, origin, level, operation, text, outcome, reason, revision)
     VALUES (@at, @user, @from, @level, @operation, @text, @outcome, @reason, @revision)`,
  );
  // Ids have no gaps: it takes out one row.
  const prune = database.prepare<[number]>("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?");
  const recent = database.prepare<[number], AuditEntry>(
    `SELECT at, user, origin AS "from", level, operation, text, outcome, reason, revision
     FROM audit ORDER BY id DESC LIMIT ?`,
  );
  return {
    save: database.transaction((entry: AuditEntry) => {
      insert.run(entry);
      prune.run(rowsMax);
    }),
    recent: (limit) => recent.all(limit),
  };
}
