// In the store: by which clients NASes told of their subscribers.

import type Database from "better-sqlite3";
import type { RadiusNas } from "../radius/listener/nases.ts";

export interface RadiusNasTable {
  all(): RadiusNas[];
  save(nas: RadiusNas): void;
  /** Whatever its clients. */
  forget(nas: string): void;
}

export function radiusNasTable(database: Database.Database): RadiusNasTable {
  const all = database.prepare<[], RadiusNas>("SELECT nas, client FROM radius_nases");
  const replace = database.prepare<[RadiusNas]>("REPLACE INTO radius_nases (nas, client) VALUES (@nas, @client)");
  const forget = database.prepare<[string]>("DELETE FROM radius_nases WHERE nas = ?");
  return { all: () => all.all(), save: (nas) => void replace.run(nas), forget: (nas) => void forget.run(nas) };
}
