// What the file of usage looks like, step by step, as mgmt/store/migrations.ts has it for the store.

/** Step N brings a file from `user_version` N to N + 1. Times named `_at` are Unix milliseconds. */
export const usageMigrations: readonly string[] = [
  `
  CREATE TABLE services (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE subscribers (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL,
    prefix_length INTEGER NOT NULL,
    outer_vlan INTEGER NOT NULL,
    inner_vlan INTEGER NOT NULL,
    seen INTEGER NOT NULL, -- a minute; the last one that he has a row of is hardly later
    UNIQUE (address, prefix_length, outer_vlan, inner_vlan)
  ) STRICT;
  CREATE INDEX subscribers_by_seen ON subscribers (seen);

  -- The minutes on record: one that is not here was missed.
  CREATE TABLE minutes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    boot_id TEXT NOT NULL,
    boot_minute INTEGER NOT NULL, -- CLOCK_BOOTTIME
    started_at INTEGER NOT NULL,
    whole INTEGER NOT NULL,
    usage_rows INTEGER NOT NULL,
    UNIQUE (boot_id, boot_minute)
  ) STRICT;

  CREATE TABLE usage (
    minute INTEGER NOT NULL,
    service INTEGER NOT NULL,
    subscriber INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    destinations BLOB NOT NULL,
    PRIMARY KEY (minute, service, subscriber)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- The services of which a minute tells: of others the absence of rows says nothing.
  CREATE TABLE measured (
    minute INTEGER NOT NULL,
    service INTEGER NOT NULL,
    PRIMARY KEY (minute, service)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO measured SELECT DISTINCT minute, service FROM usage;
  `,
];
