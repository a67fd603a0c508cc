// Configurations that were in force, in the store: which one is, and which one comes back if it is not confirmed.

import type Database from "better-sqlite3";
import type { Acceptance, StoredPending } from "../config/proposal.ts";
import type { Revision } from "../config/service.ts";

/** What is kept of the past: so many revisions, if their texts are no longer than this together. */
const REVISIONS_KEPT = 100;
const BYTES_KEPT = 64 * 1024 * 1024;

/** A configuration that is in force from now on. */
export interface NewRevision extends Acceptance {
  /** From 1, one more for each configuration. */
  readonly number: number;
  readonly text: string;
}

/** The configuration that was in force when the daemon was last heard of. */
export interface Running {
  readonly revision: number;
  readonly text: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** The kernel's then. */
  readonly bootId: string;
}

export interface RevisionTable {
  /** The greatest number ever given; 0: none was. */
  last(): number;
  running(): Running | undefined;
  /** Keeps it and has it in force; forgets what is too old. */
  save(revision: NewRevision): void;
  text(number: number): string | undefined;
  /** Latest first. */
  list(count: number): Revision[];
  pending(): StoredPending | undefined;
  /** null: nothing waits. */
  setPending(pending: StoredPending | null): void;
}

export function revisionTable(database: Database.Database): RevisionTable {
  const last = database.prepare<[], number | null>("SELECT max(number) FROM revisions").pluck();
  const running = database.prepare<[], Running>(
    `SELECT revision, text, applied_at AS at, boot_id AS bootId FROM running JOIN revisions ON number = revision`,
  );
  const insert = database.prepare<[NewRevision]>(
    `INSERT INTO revisions (number, text, applied_at, user, origin, comment, visit)
     VALUES (@number, @text, @at, @user, @from, @comment, @visit)`,
  );
  const setRunning = database.prepare<[number, string]>(
    "REPLACE INTO running (only, revision, boot_id) VALUES (1, ?, ?)",
  );
  // Lines of one visit are one revision, unless it is the one to go back to.
  const joinVisit = database.prepare<[NewRevision]>(
    `DELETE FROM revisions WHERE number = @number - 1 AND visit = @visit AND visit <> ''
     AND number NOT IN (SELECT before FROM pending)`,
  );
  const forget = database.prepare<[number, number]>(
    `DELETE FROM revisions WHERE number NOT IN (SELECT before FROM pending) AND number IN (
       SELECT number FROM (
         SELECT number, row_number() OVER latest AS place, sum(octet_length(text)) OVER latest AS bytes
         FROM revisions WINDOW latest AS (ORDER BY number DESC)
       ) WHERE place > ? OR (place > 1 AND bytes > ?)
     )`,
  );
  const text = database.prepare<[number], string>("SELECT text FROM revisions WHERE number = ?").pluck();
  const list = database.prepare<[number], Revision>(
    `SELECT number, applied_at AS at, user, origin AS "from", comment FROM revisions ORDER BY number DESC LIMIT ?`,
  );
  const pending = database.prepare<[], StoredPending>(
    `SELECT before, user, level, session, boot_id AS bootId, reverts_ms AS revertsMs FROM pending`,
  );
  const setPending = database.prepare<[StoredPending]>(
    `REPLACE INTO pending (only, before, user, level, session, boot_id, reverts_ms)
     VALUES (1, @before, @user, @level, @session, @bootId, @revertsMs)`,
  );
  const clearPending = database.prepare("DELETE FROM pending");

  const save = database.transaction((revision: NewRevision) => {
    insert.run(revision);
    setRunning.run(revision.number, revision.bootId);
    if (revision.settles) clearPending.run();
    joinVisit.run(revision);
    forget.run(REVISIONS_KEPT, BYTES_KEPT);
  });

  return {
    last: () => last.get() ?? 0,
    running: () => running.get(),
    save: (revision) => save.immediate(revision),
    text: (number) => text.get(number),
    list: (count) => list.all(count),
    pending: () => pending.get(),
    setPending: (next) => void (next ? setPending.run(next) : clearPending.run()),
  };
}
