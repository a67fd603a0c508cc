// The user that the first start made, in the store.

import type Database from "better-sqlite3";

export interface MadeAdministrator {
  /** The hash of his first password. */
  readonly secret: string;
  /** When the password was told, in Unix milliseconds; null: it was not. */
  readonly toldAt: number | null;
}

export interface FirstAdministratorTable {
  /** Undefined: none was made. */
  get(): MadeAdministrator | undefined;
  set(made: MadeAdministrator): void;
}

export function firstAdministratorTable(database: Database.Database): FirstAdministratorTable {
  const get = database.prepare<[], MadeAdministrator>("SELECT secret, told_at AS toldAt FROM first_administrator");
  const set = database.prepare<[MadeAdministrator]>(
    "INSERT OR REPLACE INTO first_administrator (only, secret, told_at) VALUES (1, @secret, @toldAt)",
  );
  return { get: () => get.get(), set: (made) => void set.run(made) };
}
