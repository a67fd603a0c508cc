// What the file of names looks like, step by step, as mgmt/store/migrations.ts has it for the store.

/** Step N brings a file from `user_version` N to N + 1. Times named `_at` are Unix milliseconds. */
export const nameMigrations: readonly string[] = [
  `
  -- The greatest id is never deleted, so none is given twice.
  CREATE TABLE names (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    package INTEGER NOT NULL,
    package_at INTEGER NOT NULL, -- when it was given
    fixed INTEGER NOT NULL,      -- by a person
    created_at INTEGER NOT NULL,
    idle_at INTEGER,             -- since when it has no mapping; null: it has some
    forgotten_at INTEGER         -- kept for what is on record of it, and in case it comes back; null: it is known
  ) STRICT;
  CREATE INDEX names_by_idle ON names (idle_at) WHERE idle_at IS NOT NULL AND forgotten_at IS NULL;
  CREATE INDEX names_by_end ON names (forgotten_at) WHERE forgotten_at IS NOT NULL;

  -- Those that have mappings, and those that ended lately: so that what is told late does not undo their end.
  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    feed TEXT NOT NULL,
    nas TEXT NOT NULL,
    session TEXT NOT NULL, -- empty: all of the NAS, until they ended
    ended_at INTEGER,
    UNIQUE (feed, nas, session)
  ) STRICT;
  CREATE INDEX sessions_by_end ON sessions (ended_at) WHERE ended_at IS NOT NULL;

  -- NASes that ended, while what they told of before is still being taken away.
  CREATE TABLE clears (
    feed TEXT NOT NULL,
    nas TEXT NOT NULL,
    at INTEGER NOT NULL,
    behind TEXT NOT NULL, -- sessions up to this one are done
    PRIMARY KEY (feed, nas)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE mappings (
    key BLOB PRIMARY KEY,     -- mgmt/engine/subscriber_change.ts
    name INTEGER NOT NULL,
    session INTEGER NOT NULL, -- 0: static
    attribute TEXT NOT NULL,
    at INTEGER NOT NULL,      -- when it was told last
    since INTEGER NOT NULL,   -- when it became the name's
    expires_at INTEGER
  ) STRICT, WITHOUT ROWID;
  -- How many there are: to count a million takes seconds.
  CREATE TABLE figures (
    what TEXT PRIMARY KEY,
    count INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX mappings_by_name ON mappings (name);
  CREATE INDEX mappings_by_session ON mappings (session) WHERE session <> 0;
  CREATE INDEX mappings_by_expiry ON mappings (expires_at) WHERE expires_at IS NOT NULL;
  `,
];
