// What the store's file looks like, step by step. A step is never changed once it was released: a later one amends it.

/** Step N brings a file from `user_version` N to N + 1. Times named `_at` are Unix milliseconds. */
export const migrations: readonly string[] = [
  `
  -- Configurations that the fast path obeyed.
  CREATE TABLE revisions (
    number INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    applied_at INTEGER NOT NULL
  ) STRICT;

  -- What the fast path knows services and detectors by (mgmt/engine/policy_ids.ts).
  CREATE TABLE policy_ids (
    key TEXT PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE breaches (
    id INTEGER PRIMARY KEY,
    region TEXT NOT NULL,
    address TEXT NOT NULL,
    prefix_length INTEGER NOT NULL,
    outer_vlan INTEGER NOT NULL,
    inner_vlan INTEGER NOT NULL,
    detector INTEGER NOT NULL,
    package INTEGER,
    package_name TEXT,
    service TEXT,
    signal TEXT,
    threshold INTEGER,
    actions TEXT,
    period_started_ms INTEGER NOT NULL, -- CLOCK_BOOTTIME
    period_ms INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    ended_at INTEGER,
    counted INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    start_ring INTEGER,
    start_sequence INTEGER,
    end_ring INTEGER,
    end_sequence INTEGER,
    -- The kernel may give a region's name again within a boot, but not at the same time.
    UNIQUE (region, start_ring, start_sequence, period_started_ms),
    UNIQUE (region, end_ring, end_sequence, period_started_ms)
  ) STRICT;
  CREATE INDEX breaches_by_start ON breaches (started_at);
  CREATE INDEX breaches_without_end_event ON breaches (ended_at) WHERE end_sequence IS NULL;

  -- The last event of each ring that was taken into breaches.
  CREATE TABLE event_places (
    region TEXT NOT NULL,
    ring INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (region, ring)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Who made a configuration and why. Texts are canonical from here on.
  ALTER TABLE revisions ADD COLUMN user TEXT NOT NULL DEFAULT '';
  ALTER TABLE revisions ADD COLUMN origin TEXT NOT NULL DEFAULT '';
  ALTER TABLE revisions ADD COLUMN comment TEXT NOT NULL DEFAULT '';
  ALTER TABLE revisions ADD COLUMN visit TEXT NOT NULL DEFAULT '';

  -- The configuration in force.
  CREATE TABLE running (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    revision INTEGER NOT NULL,
    boot_id TEXT NOT NULL
  ) STRICT;

  -- A commit that is undone unless it is confirmed.
  CREATE TABLE pending (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    before INTEGER NOT NULL,
    user TEXT NOT NULL,
    session INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    reverts_ms INTEGER NOT NULL -- CLOCK_BOOTTIME
  ) STRICT;
  `,
  `
  -- Who did what.
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    user TEXT NOT NULL,
    origin TEXT NOT NULL,
    level INTEGER NOT NULL,
    operation TEXT NOT NULL,
    text TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused', 'denied')),
    reason TEXT NOT NULL,
    revision INTEGER
  ) STRICT;
  `,
  `
  -- Whose breaches they were.
  CREATE INDEX breaches_by_subscriber ON breaches (address, prefix_length);
  `,
  `
  -- The user that the first start made (mgmt/access/first-administrator.ts).
  CREATE TABLE first_administrator (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    secret TEXT NOT NULL, -- its hash
    told_at INTEGER
  ) STRICT;
  `,
  `
  -- Of those who changed what waits to be confirmed the highest.
  ALTER TABLE pending ADD COLUMN level INTEGER NOT NULL DEFAULT 15;
  `,
  `
  -- The boot id of the machine's run that he ends with; null: he, or another configuration since, was saved.
  ALTER TABLE first_administrator ADD COLUMN unsaved_in TEXT;
  `,
  `
  -- What a breach's record says beside its counts. Those from before it have what was the only way then.
  ALTER TABLE breaches ADD COLUMN hold_ms INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE breaches ADD COLUMN window TEXT NOT NULL DEFAULT 'fixed';
  ALTER TABLE breaches ADD COLUMN count TEXT NOT NULL DEFAULT 'attempts';
  ALTER TABLE breaches ADD COLUMN destinations TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(destinations)); -- at most 16
  ALTER TABLE breaches ADD COLUMN generation INTEGER; -- the policy's
  ALTER TABLE breaches ADD COLUMN revision INTEGER; -- that the policy was made of
  ALTER TABLE breaches ADD COLUMN end_reason TEXT CHECK (end_reason IN ('over', 'released', 'policy', 'missed'));
  ALTER TABLE breaches ADD COLUMN end_user TEXT;
  ALTER TABLE breaches ADD COLUMN end_origin TEXT;
  ALTER TABLE breaches ADD COLUMN end_why TEXT;
  ALTER TABLE breaches ADD COLUMN end_revision INTEGER;

  -- Who asked to release whom, while the end events that this brings may be on their way (mgmt/breaches/releases.ts).
  CREATE TABLE releases (
    address TEXT NOT NULL,
    prefix_length INTEGER NOT NULL,
    outer_vlan INTEGER NOT NULL,
    inner_vlan INTEGER NOT NULL,
    detector INTEGER NOT NULL, -- 0: every
    at INTEGER NOT NULL,
    user TEXT NOT NULL,
    origin TEXT NOT NULL,
    why TEXT,
    PRIMARY KEY (address, prefix_length, outer_vlan, inner_vlan, detector)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX releases_by_time ON releases (at);
  `,
  `
  -- What people decided about some subscribers at the command line (mgmt/overrides/override.ts). AUTOINCREMENT: a number
  -- that was forgotten is not given again.
  CREATE TABLE overrides (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('exempt', 'force-block', 'assign')),
    prefix TEXT,
    zone TEXT,
    service TEXT,
    package INTEGER,
    until_at INTEGER,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    made_from TEXT NOT NULL,
    reason TEXT NOT NULL,
    ended_at INTEGER,
    ended_by TEXT,
    end_reason TEXT,
    CHECK ((prefix IS NULL) <> (zone IS NULL))
  ) STRICT;
  CREATE UNIQUE INDEX overrides_in_force
    ON overrides (kind, ifnull(prefix, ''), ifnull(zone, ''), ifnull(service, '')) WHERE ended_at IS NULL;
  CREATE INDEX overrides_by_end ON overrides (ended_at) WHERE ended_at IS NOT NULL;
  CREATE INDEX overrides_by_until ON overrides (until_at) WHERE ended_at IS NULL;
  `,
  `
  -- Those that are about an address are found among 20,000 without reading them all (mgmt/store/override-table.ts).
  CREATE INDEX overrides_by_prefix ON overrides (prefix) WHERE prefix IS NOT NULL;
  CREATE INDEX overrides_by_prefix_length ON overrides (CAST(substr(prefix, instr(prefix, '/') + 1) AS INTEGER))
    WHERE prefix IS NOT NULL;
  CREATE INDEX overrides_by_zone ON overrides (zone) WHERE zone IS NOT NULL;
  `,
  `
  -- As it was called then: names come and go (mgmt/subscribers/name-address.ts says what their address is).
  ALTER TABLE breaches ADD COLUMN subscriber_name TEXT;
  ALTER TABLE overrides ADD COLUMN name TEXT;
  `,
  `
  -- By which clients NASes told of their subscribers (mgmt/radius/listener/nases.ts).
  CREATE TABLE radius_nases (
    nas TEXT NOT NULL,
    client TEXT NOT NULL,
    PRIMARY KEY (nas, client)
  ) STRICT, WITHOUT ROWID;
  `,
];
