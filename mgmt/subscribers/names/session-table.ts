// The feeds' sessions in their file: those that have mappings, and those that ended lately. Runs in the thread of names.

import type Database from "better-sqlite3";
import type { FeedSession } from "../feed.ts";

/** The id of what stands for all sessions of a NAS. */
const ALL = "";

export interface SessionTable {
  /** `endedAt`: until when it, or all of its NAS, are over: what is told of it of that time or before is told too late. */
  find(session: FeedSession): { readonly id: number | null; readonly endedAt: number };
  /** One that is not known: its id. */
  begin(session: FeedSession): number;
  end(session: FeedSession, at: number): void;
  endAll(feed: string, nas: string, at: number): void;
  /** It has no mapping any more: unless it ended, nothing is left to know of it. */
  remove(id: number): void;
  /** Of sessions that ended then or before the ends are not known any more. */
  prune(at: number, limit: number): void;
  get(id: number): FeedSession | undefined;
}

export function sessionTable(database: Database.Database): SessionTable {
  const find = database
    .prepare<[string, string, string], [number, string, number | null]>(
      `SELECT id, session, ended_at FROM sessions WHERE feed = ? AND nas = ? AND session IN (?, '${ALL}')`,
    )
    .raw();
  const get = database.prepare<[number], FeedSession>("SELECT feed, nas, session AS id FROM sessions WHERE id = ?");
  const begin = database.prepare<[string, string, string]>(
    "INSERT INTO sessions (feed, nas, session) VALUES (?, ?, ?)",
  );
  const end = database.prepare<[string, string, string, number]>(
    `INSERT INTO sessions (feed, nas, session, ended_at) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET ended_at = max(coalesce(ended_at, excluded.ended_at), excluded.ended_at)`,
  );
  const remove = database.prepare<[number]>("DELETE FROM sessions WHERE id = ? AND ended_at IS NULL");
  const removeIdle = database.prepare<[string, string]>(
    `DELETE FROM sessions WHERE feed = ? AND nas = ? AND session <> '${ALL}'
      AND NOT EXISTS (SELECT 1 FROM mappings WHERE mappings.session = sessions.id AND mappings.session <> 0)`,
  );
  const ended = database
    .prepare<[number, number], number>("SELECT id FROM sessions WHERE ended_at <= ? ORDER BY ended_at LIMIT ?")
    .pluck();
  const forgetEnd = database.prepare<[number]>("UPDATE sessions SET ended_at = NULL WHERE id = ?");
  const removeUnused = database.prepare<[number]>(
    `DELETE FROM sessions WHERE id = ?
      AND NOT EXISTS (SELECT 1 FROM mappings WHERE mappings.session = sessions.id AND mappings.session <> 0)`,
  );
  return {
    find({ feed, nas, id }) {
      const rows = find.all(feed, nas, id);
      const endedAt = Math.max(Number.NEGATIVE_INFINITY, ...rows.flatMap(([, , at]) => at ?? []));
      return { id: rows.find(([, session]) => session === id)?.[0] ?? null, endedAt };
    },
    begin: ({ feed, nas, id }) => Number(begin.run(feed, nas, id).lastInsertRowid),
    end: ({ feed, nas, id }, at) => end.run(feed, nas, id, at),
    endAll(feed, nas, at) {
      removeIdle.run(feed, nas);
      end.run(feed, nas, ALL, at);
    },
    remove: (id) => remove.run(id),
    prune(at, limit) {
      for (const id of ended.all(at, limit)) if (removeUnused.run(id).changes === 0) forgetEnd.run(id);
    },
    get: (id) => get.get(id),
  };
}
