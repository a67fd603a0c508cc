// From the text of a configuration to what the fast path is given. Runs in the store's thread.

import type { LineError } from "../../cli/grammar/line-error.ts";
import type { DetectorName } from "../breaches/breach.ts";
import type { Configuration } from "../config/configuration.ts";
import { parseConfiguration } from "../config/parse.ts";
import { policyBlob } from "../engine/policy_blob.ts";
import { detectorsById, missingIds, type PlacedDetector } from "../engine/policy_ids.ts";
import type { IdTable } from "../store/id-table.ts";
import type { Revision } from "../store/revision-table.ts";

export type LinkMode = Configuration["linkModes"][number];

/** A configuration that was checked whole, and may be given to the fast path. */
export interface Prepared {
  /** The latest one's if the text is the same, else the next. */
  readonly revision: number;
  readonly text: string;
  /** The policy (dataplane/core/policy_blob.h). */
  readonly blob: Uint8Array;
  /** By the ids that events and records carry. */
  readonly detectors: ReadonlyMap<number, DetectorName>;
  /** Of link 0, 1, ... */
  readonly linkModes: readonly LinkMode[];
  readonly hostname: string;
  /** Names, in the order of the bits that sessions have. */
  readonly services: readonly string[];
}

export type Preparation =
  | { readonly prepared: Prepared }
  /** `errors`: the first ones, in order of their lines. `wrongLines`: all of them. */
  | { readonly errors: readonly LineError[]; readonly wrongLines: number };

/** As many as a person can use. */
const ERRORS_SHOWN = 50;

/** `latest`: the revision that was applied last. Ids that the configuration needs are in the store before it is returned. */
export function preparePolicy(text: string, ids: IdTable, latest: Revision | undefined): Preparation {
  const parsed = parseConfiguration(text);
  if ("errors" in parsed) {
    return { errors: parsed.errors.slice(0, ERRORS_SHOWN), wrongLines: parsed.errors.length };
  }
  const { configuration } = parsed;
  ids.add(missingIds(configuration, ids.all()));
  const known = ids.all();
  const revision = latest?.text === text ? latest.number : (latest?.number ?? 0) + 1;
  const { hostname, linkModes } = configuration;
  const names = detectorsById(configuration, known)
    .entries()
    .map(([id, placed]) => [id, nameOf(placed, configuration)] as const);
  const blob = policyBlob(configuration, known, revision);
  const services = configuration.services.map(({ name }) => name);
  return { prepared: { revision, text, blob, detectors: new Map(names), linkModes, hostname, services } };
}

function nameOf({ packageId, service, detector }: PlacedDetector, { packages }: Configuration): DetectorName {
  const { signal, threshold, periodSeconds, actions } = detector;
  const packageName = packages.find(({ id }) => id === packageId)?.name ?? null;
  return { package: packageId, packageName, service, signal, threshold, periodSeconds, actions };
}
