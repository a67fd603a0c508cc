// Numeric ids for what the fast path counts. The fast path keeps a window for as long as its detector's id is in the policy, so
// an id means one way of counting for ever: it is given once, and never to another.

import type { Configuration } from "../config/configuration.ts";
import { knownServices, policyServices } from "../config/known-services.ts";

/** Keys and their ids, from 1. A key is opaque text. Whoever stores them keeps every pair for good, before a policy uses it. */
export type PolicyIds = ReadonlyMap<string, number>;

type Service = Configuration["services"][number];
type Package = Configuration["packages"][number];
type MassMailing = Package["massMailing"][number];
type Detector = MassMailing["detectors"][number];

/** A detector, and where in the configuration it is. */
export interface PlacedDetector {
  readonly packageId: number;
  readonly service: string;
  readonly detector: Detector;
}

export function serviceKey(name: string): string {
  return JSON.stringify(["service", name]);
}

/** Names of the services that have an id, those that the configuration has forgotten too. */
export function servicesById(ids: PolicyIds): Map<number, string> {
  const byId = new Map<number, string>();
  for (const [key, id] of ids) {
    const [kind, name] = JSON.parse(key) as readonly string[];
    if (kind === "service" && name !== undefined) byId.set(id, name);
  }
  return byId;
}

/**
 * Names a way of counting: a changed threshold, hold or action keeps it, since the count stays true; a changed package, signal,
 * period, window, count or definition of the service makes another. The addresses in a zone are left out: editing the list of home servers must
 * not let every blocked subscriber go.
 */
export function detectorKey(placed: PlacedDetector, services: readonly Service[]): string {
  const service = services.find(({ name }) => name === placed.service);
  const { signal, periodSeconds, window, count } = placed.detector;
  const definition = [service?.transport, service?.initiator, service?.zone].map((part) => part ?? null);
  return JSON.stringify([
    "detector",
    placed.packageId,
    placed.service,
    definition,
    signal,
    periodSeconds,
    window,
    ...(count === "attempts" ? [] : [count]),
  ]);
}

/** Every detector of the configuration, package by package. */
export function placedDetectors({ packages }: Configuration): PlacedDetector[] {
  return packages.flatMap((each) =>
    each.massMailing.flatMap(({ service, detectors }) =>
      detectors.map((detector) => ({ packageId: each.id, service, detector })),
    ),
  );
}

/**
 * The ids that the configuration's policy needs and `known` has not: the numbers after the greatest one given. `beside`: services
 * that overrides speak of.
 */
export function missingIds(
  configuration: Configuration,
  known: PolicyIds,
  beside: Iterable<string> = [],
): Map<string, number> {
  const services = policyServices(configuration, beside);
  const keys = [
    ...services.map(({ name }) => serviceKey(name)),
    ...placedDetectors(configuration).map((placed) => detectorKey(placed, services)),
  ];
  const additions = new Map<string, number>();
  let last = known.values().reduce((greatest, id) => Math.max(greatest, id), 0);
  for (const key of keys) {
    if (!known.has(key) && !additions.has(key)) additions.set(key, ++last);
  }
  return additions;
}

/** The configuration's detectors by id: what an event's `detector` means. */
export function detectorsById(configuration: Configuration, ids: PolicyIds): Map<number, PlacedDetector> {
  const services = knownServices(configuration);
  const byId = new Map<number, PlacedDetector>();
  for (const placed of placedDetectors(configuration)) {
    const id = ids.get(detectorKey(placed, services));
    if (id !== undefined) byId.set(id, placed);
  }
  return byId;
}
