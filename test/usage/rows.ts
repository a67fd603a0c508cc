// Usage for tests: a record in memory, and random rows.
import type { ExecutionContext } from "ava";
import Database from "better-sqlite3";
import fc from "fast-check";
import { usageMigrations } from "../../mgmt/usage/migrations.ts";
import { type Bounds, usageTable } from "../../mgmt/usage/table.ts";
import type { NamedUsage, UsageMinute } from "../../mgmt/usage/usage.ts";
import { BOOT } from "../daemon/parts.ts";

export function record(t: ExecutionContext, bounds?: Bounds) {
  const database = new Database(":memory:");
  t.teardown(() => database.close());
  for (const step of usageMigrations) database.exec(step);
  return { database, table: usageTable(database, bounds) };
}

export function minute(bootMinute: number, changes: Partial<UsageMinute> = {}): UsageMinute {
  return { bootId: "boot-1", bootMinute, startedAt: BOOT + bootMinute * 60_000, whole: true, measured: [], ...changes };
}

export function subscriberOf(host: number): NamedUsage["subscriber"] {
  return { address: `10.30.${host >> 8}.${host & 255}`, prefixLength: 32, outerVlan: 0, innerVlan: 0 };
}

/** A subscriber is known by his number, `host`. */
export function used(host: number, changes: Partial<NamedUsage> = {}): NamedUsage {
  const { service = "smtp", sessions = 1, refused = 0, bytes = 60 * sessions, ...rest } = changes;
  const destinations = new Uint8Array(16);
  return { subscriber: subscriberOf(host), service, sessions, refused, bytes, destinations, ...rest };
}

/** Of a few subscribers in a minute, each once for a service. */
export const arbitraryUsage = fc
  .uniqueArray(
    fc.record({
      host: fc.nat(9),
      service: fc.constantFrom("smtp", "dns"),
      sessions: fc.nat(5),
      refused: fc.oneof(fc.constant(0), fc.nat(9)),
      bits: fc.uniqueArray(fc.nat(127), { maxLength: 6 }),
    }),
    { selector: ({ host, service }) => `${host} ${service}` },
  )
  .map((rows) => rows.map(({ host, bits, ...rest }) => used(host, { ...rest, destinations: bitmap(bits) })));

export function bitmap(bits: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(16);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
  return bytes;
}
