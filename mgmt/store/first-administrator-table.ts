// The user that the first start made, in the store.

import type Database from "better-sqlite3";

export interface MadeAdministrator {
  /** The hash of his first password. */
  readonly secret: string;
  /** When the password was told, in Unix milliseconds; null: it was not. */
  readonly toldAt: number | null;
  /** The boot id of the machine's run that he ends with; null: he, or another configuration since, was saved. */
  readonly unsavedIn: string | null;
}

export interface FirstAdministratorTable {
  /** Undefined: none was made. */
  get(): MadeAdministrator | undefined;
  set(made: MadeAdministrator): void;
  /** His password was told, in Unix milliseconds. */
  told(at: number): void;
  /** What is in force was saved. */
  saved(): void;
}

export function firstAdministratorTable(database: Database.Database): FirstAdministratorTable {
  const get = database.prepare<[], MadeAdministrator>(
    "SELECT secret, told_at AS toldAt, unsaved_in AS unsavedIn FROM first_administrator",
  );
  const set = database.prepare<[MadeAdministrator]>(
    "INSERT OR REPLACE INTO first_administrator (only, secret, told_at, unsaved_in) VALUES (1, @secret, @toldAt, @unsavedIn)",
  );
  const told = database.prepare<[number]>("UPDATE first_administrator SET told_at = ?");
  const saved = database.prepare("UPDATE first_administrator SET unsaved_in = NULL WHERE unsaved_in IS NOT NULL");
  return {
    get: () => get.get(),
    set: (made) => void set.run(made),
    told: (at) => void told.run(at),
    saved: () => void saved.run(),
  };
}
