// From a configuration to what the fast path is given. Runs in the store's thread.

import type { DetectorName } from "../breaches/breach.ts";
import type { Configuration } from "../config/configuration.ts";
import { factsOf } from "../config/facts.ts";
import { policyServices } from "../config/known-services.ts";
import type { Facts } from "../config/service.ts";
import { policyBlob } from "../engine/policy_blob.ts";
import { detectorsById, missingIds, type PlacedDetector, servicesById } from "../engine/policy_ids.ts";
import { servicesNamed } from "../engine/policy_override.ts";
import { policyOverrides } from "../overrides/in-policy.ts";
import type { Override } from "../overrides/override.ts";
import type { IdTable } from "../store/id-table.ts";
import type { Moment } from "../time.ts";

/** A configuration that was checked whole, and may be given to the fast path. */
export interface Prepared {
  readonly facts: Facts;
  /** The policy (dataplane/core/policy_blob.h). */
  readonly blob: Uint8Array;
  /** By the ids that events and records carry. */
  readonly detectors: ReadonlyMap<number, DetectorName>;
  /** Names, in the order of the bits that sessions have. */
  readonly services: readonly string[];
  /** Every service that there ever was, by the ids that usage carries. */
  readonly serviceNames: ReadonlyMap<number, string>;
  /** What the clocks said when ends of overrides were reckoned in boot time; null: none has an end. */
  readonly reckonedAt: Moment | null;
}

/** What is in force beside the configuration, and when that is. */
export interface Beside {
  readonly overrides: readonly Override[];
  readonly moment: Moment;
}

/** Ids that the configuration needs are in the store before it is returned. */
export function preparePolicy(
  configuration: Configuration,
  ids: IdTable,
  revision: number,
  { overrides, moment }: Beside,
): Prepared {
  const obeyed = policyOverrides(overrides, configuration, moment);
  const beside = obeyed.flatMap(servicesNamed);
  ids.add(missingIds(configuration, ids.all(), beside));
  const known = ids.all();
  const detectors = detectorsById(configuration, known)
    .entries()
    .map(([id, placed]) => [id, nameOf(placed, configuration)] as const);
  const facts = factsOf(configuration, revision);
  return {
    facts,
    blob: policyBlob(configuration, known, revision, obeyed),
    detectors: new Map(detectors),
    services: policyServices(configuration, beside).map(({ name }) => name),
    serviceNames: servicesById(known),
    reckonedAt: obeyed.some(({ untilMs }) => untilMs !== null) ? moment : null,
  };
}

function nameOf({ packageId, service, detector }: PlacedDetector, { packages }: Configuration): DetectorName {
  const packageName = packages.find(({ id }) => id === packageId)?.name ?? null;
  return { package: packageId, packageName, service, ...detector };
}
