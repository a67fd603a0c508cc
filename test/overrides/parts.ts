// What the tests of overrides are made of: the configuration's part of a daemon over a fast path that does what the test says.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import type { ApplianceParts } from "../../mgmt/appliance.ts";
import { ConfigurationKeeper } from "../../mgmt/config/keeper.ts";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import type { Actor, AuditEntry } from "../../mgmt/operations/operation.ts";
import { Operations } from "../../mgmt/operations/operations.ts";
import { clearOverride, type MakeOverrideInput, makeOverride } from "../../mgmt/operations/override.ts";
import { OverrideKeeper } from "../../mgmt/overrides/keeper.ts";
import type { JudgedOverride } from "../../mgmt/overrides/override.ts";
import { storeFile } from "../../mgmt/paths.ts";
import { PolicyKeeper } from "../../mgmt/policy/keeper.ts";
import { Store } from "../../mgmt/store/store.ts";
import { nameBook } from "../cli/name-book.ts";
import { configuration, directory, FakeClock } from "../daemon/parts.ts";

export const alice: Actor = { user: "alice", level: 10, from: "192.0.2.7", session: 1 };

/** An exemption of one subscriber in every service; or what the test says. */
export function asked(changes: Partial<MakeOverrideInput> = {}): MakeOverrideInput {
  const about = {
    kind: "exempt",
    prefix: "10.30.94.66/32",
    name: null,
    zone: null,
    service: null,
    package: null,
  } as const;
  return { ...about, minutes: null, reason: "own mail server", ...changes };
}

export async function overriding(t: ExecutionContext, at = directory(t), bootId = "boot-1", engine = new FakeEngine()) {
  const file = join(at, "startup-config");
  mkdirSync(at, { recursive: true });
  writeFileSync(file, configuration());
  const clock = new FakeClock();
  const store = new Store();
  await store.start(storeFile(at));
  const audited: AuditEntry[] = [];
  const told: string[] = [];
  const log = { say: (_: string, text: string) => void told.push(text) };
  const audit = async (entry: AuditEntry) => void audited.push(entry);
  const policy = new PolicyKeeper({ engine, log, clock });
  const keeper = new ConfigurationKeeper({ ...{ file, bootId, store, clock, policy, log, audit } });
  const overrides = new OverrideKeeper({ store, clock, log, configuration: keeper });
  await keeper.load();
  const parts = { configuration: keeper, overrides, names: nameBook("cust-1001") } as unknown as ApplianceParts;
  const operations = new Operations(parts, { now: clock.now, audit });
  const stop = async () => {
    await keeper.stop();
    await store.stop();
  };
  t.teardown(() => store.stop());
  return {
    ...{ at, engine, clock, store, keeper, overrides, policy, audited, told, stop },
    make: (changes?: Partial<MakeOverrideInput>) => operations.perform(makeOverride, asked(changes), alice),
    clear: (number: number, reason = "") => operations.perform(clearOverride, { number, reason }, alice),
    hostname: (name: string) => keeper.enter([`hostname ${name}`], null, alice),
    /** Those in force, or with those that are over. */
    list: async (ended = false): Promise<JudgedOverride[]> => (await Array.fromAsync(overrides.list({ ended }))).flat(),
    /** Of each policy that the fast path was given. */
    given: () => engine.policies.map(readPolicy),
  };
}

/** Of struct blob_header and of the arrays behind it (dataplane/core/policy_blob.h). */
const HEADER_BYTES = 60;
const ELEMENT_BYTES = { zonePrefix: 24, groupPrefix: 24, group: 12, service: 16, range: 4, package: 20, detector: 24 };
const OVERRIDE_BYTES = 36;
const FIRST_COUNT = 16;

/** A policy's revision, and of its overrides number and end in boot time (null: none). */
export function readPolicy(policy: Uint8Array) {
  const view = new DataView(policy.buffer, policy.byteOffset);
  const u32 = (offset: number) => view.getUint32(offset, true);
  const sizes = Object.values(ELEMENT_BYTES);
  const first = sizes.reduce((sum, size, index) => sum + size * u32(FIRST_COUNT + 4 * index), HEADER_BYTES);
  const overrides = Array.from({ length: u32(FIRST_COUNT + 4 * sizes.length) }, (_, index) => {
    const at = first + OVERRIDE_BYTES * index;
    const until = view.getBigUint64(at + 28, true);
    return { number: u32(at), untilMs: until === 2n ** 64n - 1n ? null : Number(until) };
  });
  return { revision: u32(12), overrides };
}
