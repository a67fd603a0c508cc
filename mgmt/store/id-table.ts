// The numbers that the fast path knows services and detectors by, in the store: given once, and never to another.

import type Database from "better-sqlite3";
import type { PolicyIds } from "../engine/policy_ids.ts";

export interface IdTable {
  /** Every id ever given. */
  all(): PolicyIds;
  /** All of them, or none. */
  add(additions: PolicyIds): void;
}

export function idTable(database: Database.Database): IdTable {
  const all = database.prepare<[], [string, number]>("SELECT key, id FROM policy_ids").raw();
  const insert = database.prepare<[string, number]>("INSERT INTO policy_ids (key, id) VALUES (?, ?)");
  const add = database.transaction((additions: PolicyIds) => {
    for (const [key, id] of additions) insert.run(key, id);
  });
  return {
    all: () => new Map(all.all()),
    add: (additions) => {
      if (additions.size > 0) add.immediate(additions);
    },
  };
}
