// The feeds' sessions in their file: those that have mappings, and those that ended lately. Runs in the thread of names.

import type Database from "better-sqlite3";
import type { FeedSession } from "../feed.ts";

/** The id of what stands for all sessions of a NAS. */
const ALL = "";

/**
 * RADIUS tells of a Stop as of up to a second later. What is known of still later was told while the clock was ahead: when it was
 * nobody can tell, and whatever is told now is later.
 */
export const AHEAD_MS = 2000;

/** A NAS whose sessions are being cleared, in order of their ids there. */
interface ClearOfNas {
  readonly feed: string;
  readonly nas: string;
  readonly at: number;
  readonly behind: string;
}

export interface KnownSession {
  readonly id: number | null;
  /** What is told of it of that time or before is told too late; null: it is not over. */
  readonly endedAt: number | null;
  /** When all of its NAS ended: what is told of before is told too late; null: they did not. */
  readonly nasEndedAt: number | null;
}

export interface SessionTable {
  find(session: FeedSession): KnownSession;
  /** One that is not known: its id. */
  begin(session: FeedSession): number;
  /** The later end holds, but for one that is ahead of the clock. */
  end(session: FeedSession, at: number, now: number): void;
  /** Its sessions are to be cleared then. */
  endAll(feed: string, nas: string, at: number, now: number): void;
  isClearing(): boolean;
  /** The next sessions of a NAS that ended at `at`, each once; undefined: there is none to be cleared. */
  clearOn(limit: number): { readonly at: number; readonly sessions: readonly number[] } | undefined;
  /** It has no mapping any more: unless it ended, nothing is left to know of it. */
  remove(id: number): void;
  /** Of some sessions that ended then or before, or ahead of the clock, the ends are not known any more. Whether there may be more. */
  prune(at: number, now: number, limit: number): boolean;
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
  const end = database.prepare<[string, string, string, number, number]>(
    `INSERT INTO sessions (feed, nas, session, ended_at) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET ended_at = excluded.ended_at
        WHERE ended_at IS NULL OR ended_at < excluded.ended_at OR ended_at > ?`,
  );
  const remove = database.prepare<[number]>("DELETE FROM sessions WHERE id = ? AND ended_at IS NULL");
  const beginClear = database.prepare<[string, string, number]>(
    `INSERT INTO clears (feed, nas, at, behind) VALUES (?, ?, ?, '${ALL}')
      ON CONFLICT DO UPDATE SET at = max(at, excluded.at), behind = excluded.behind`,
  );
  const clear = database.prepare<[], ClearOfNas>("SELECT feed, nas, at, behind FROM clears LIMIT 1");
  const next = database
    .prepare<[string, string, string, number], [number, string]>(
      "SELECT id, session FROM sessions WHERE feed = ? AND nas = ? AND session > ? ORDER BY session LIMIT ?",
    )
    .raw();
  const putBehind = database.prepare<[string, string, string]>(
    "UPDATE clears SET behind = ? WHERE feed = ? AND nas = ?",
  );
  const endClear = database.prepare<[string, string]>("DELETE FROM clears WHERE feed = ? AND nas = ?");
  const ended = database
    .prepare<[number, number], number>("SELECT id FROM sessions WHERE ended_at <= ? ORDER BY ended_at LIMIT ?")
    .pluck();
  const endedAfter = database
    .prepare<[number, number], number>("SELECT id FROM sessions WHERE ended_at > ? ORDER BY ended_at LIMIT ?")
    .pluck();
  const forgetEnd = database.prepare<[number]>("UPDATE sessions SET ended_at = NULL WHERE id = ?");
  const removeUnused = database.prepare<[number]>(
    `DELETE FROM sessions WHERE id = ?
      AND NOT EXISTS (SELECT 1 FROM mappings WHERE mappings.session = sessions.id AND mappings.session <> 0)`,
  );
  return {
    find({ feed, nas, id }) {
      const rows = find.all(feed, nas, id);
      const [own, , endedAt] = rows.find(([, session]) => session === id) ?? [];
      const [, , nasEndedAt] = rows.find(([, session]) => session === ALL) ?? [];
      return { id: own ?? null, endedAt: endedAt ?? null, nasEndedAt: nasEndedAt ?? null };
    },
    begin: ({ feed, nas, id }) => Number(begin.run(feed, nas, id).lastInsertRowid),
    end: ({ feed, nas, id }, at, now) => end.run(feed, nas, id, at, now + AHEAD_MS),
    endAll(feed, nas, at, now) {
      end.run(feed, nas, ALL, at, now + AHEAD_MS);
      beginClear.run(feed, nas, at);
    },
    isClearing: () => clear.get() !== undefined,
    clearOn(limit) {
      const going = clear.get();
      if (!going) return undefined;
      const { feed, nas, at, behind } = going;
      const sessions = next.all(feed, nas, behind, limit);
      const last = sessions.at(-1);
      if (last && sessions.length === limit) putBehind.run(last[1], feed, nas);
      else endClear.run(feed, nas);
      return { at, sessions: sessions.map(([id]) => id) };
    },
    remove: (id) => remove.run(id),
    prune(at, now, limit) {
      const ids = [...ended.all(at, limit), ...endedAfter.all(now + AHEAD_MS, limit)];
      for (const id of ids) if (removeUnused.run(id).changes === 0) forgetEnd.run(id);
      return ids.length >= limit;
    },
    get: (id) => get.get(id),
  };
}
