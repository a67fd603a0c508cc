// A configuration as the fast path reads it: the bytes of dataplane/core/policy_blob.h, which is the contract. Names become
// indexes into the blob's arrays, which are in the configuration's order; services in that of policyServices.

import { type Prefix, parsePrefix } from "../../cli/grammar/prefix.ts";
import type { Configuration } from "../config/configuration.ts";
import { type KnownService, policyServices } from "../config/known-services.ts";
import { usableGroups } from "../config/sections/anonymous-groups.ts";
import { nativeLength, nativePrefixes } from "./native_prefix.ts";
import { detectorKey, type PlacedDetector, type PolicyIds, placedDetectors, serviceKey } from "./policy_ids.ts";
import { type OverriddenServices, type PolicyOverride, servicesNamed, zoneOverrides } from "./policy_override.ts";

const MAGIC = "PSTNPOL2";
const HEADER_BYTES = 60;
const LENGTH_OFFSET = 8;
const LINK_MODES_OFFSET = 56;
/** Of struct blob_prefix. */
const PREFIX_BYTES = 24;

const protocols = { tcp: 6, udp: 17 } as const;
const initiators = { either: 0, subscriber: 1, network: 2 } as const;
const zoneRules = { include: 1, exclude: 2 } as const;
const signals = { sessions: 1 } as const;
const windows = { fixed: 1, sliding: 2 } as const;
const counts = { attempts: 0, established: 1 } as const;
/** To reset both ends is to reset the subscriber's, too. */
const actionBits = { report: 1, block: 2, reset: 4, "reset-both": 12, cut: 16 } as const;
/** In place of an index. */
const NONE = 0xffffffff;
const linkModes = { forwarding: 0, bypass: 1, cutoff: 2 } as const;

/**
 * The policy of a configuration that was validated. `ids` has all that missingIds asked for; `revision` is shown by the fast path
 * and means nothing to it. `beside`: overrides that people made, 10,000 at most.
 */
export function policyBlob(
  configuration: Configuration,
  ids: PolicyIds,
  revision: number,
  beside: readonly PolicyOverride[],
): Uint8Array {
  const { zones, packages } = configuration;
  const services = policyServices(configuration, beside.flatMap(servicesNamed));
  const overrides = [...zoneOverrides(configuration), ...beside];
  const groups = usableGroups(configuration);
  const zonePrefixes = prefixesBytes(zones.map(({ prefixes }) => prefixes));
  const groupPrefixes = prefixesBytes(groups.map(({ prefix }) => [prefix]));
  const ranges = services.map(({ transport }) => transport.ports);
  const detectors = placedDetectors(configuration);
  const applicable = overrides.filter(
    ({ target }) => "prefix" in target || zones.some(({ name }) => name === target.zone),
  );
  const overridePrefixes = prefixesBytes(applicable.map(({ target }) => ("prefix" in target ? [target.prefix] : [])));

  const header = [
    ...Buffer.from(MAGIC, "latin1"),
    ...u32(0), // the length: set below
    ...u32(revision),
    ...u32(zonePrefixes.length / PREFIX_BYTES),
    ...u32(groupPrefixes.length / PREFIX_BYTES),
    ...u32(groups.length),
    ...u32(services.length),
    ...u32(ranges.flat().length),
    ...u32(packages.length),
    ...u32(detectors.length),
    ...u32(applicable.length),
    ...u32(overridePrefixes.length / PREFIX_BYTES),
    ...u32((configuration.anonymousAgeingMinutes ?? 0) * 60),
    ...configuration.linkModes.map((mode) => linkModes[mode]),
  ];
  const rest = [
    ...groups.flatMap((group) => groupBytes(group, configuration)),
    ...services.flatMap((service, index) => serviceBytes(service, index, ranges, zones, ids)),
    ...ranges.flat().flatMap(({ first, last }) => [...u16(first), ...u16(last)]),
    ...packages.flatMap((each) => packageBytes(each, detectors, services)),
    ...detectors.flatMap((placed) => detectorBytes(placed, services, ids)),
  ];
  const overridesTable = overridesBytes(applicable, configuration, services);
  if (header.length !== HEADER_BYTES) throw new Error("a policy's header has another length than the fast path reads");
  const tables = [zonePrefixes, groupPrefixes, Buffer.from(rest), overridesTable, overridePrefixes];
  const blob = Buffer.concat([Buffer.from(header), ...tables]);
  blob.writeUInt32LE(blob.length, LENGTH_OFFSET);
  return blob;
}

/** The same policy, but that links which judge cut off. */
export function withoutForwarding(blob: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(blob);
  const modes = changed.subarray(LINK_MODES_OFFSET, HEADER_BYTES);
  modes.set(modes.map((mode) => (mode === linkModes.forwarding ? linkModes.cutoff : mode)));
  return changed;
}

type Group = Configuration["anonymousGroups"][number];
type Package = Configuration["packages"][number];
type Ranges = readonly (readonly { readonly first: number; readonly last: number }[])[];

/** The prefixes of each zone, group or override, with its index. Written in place: there may be 100,000. */
function prefixesBytes(lists: readonly (readonly Prefix[])[]): Buffer {
  const native = lists.map((prefixes) => prefixes.flatMap(nativePrefixes));
  const table = Buffer.alloc(native.flat().length * PREFIX_BYTES);
  let at = 0;
  for (const [value, prefixes] of native.entries()) {
    for (const { bytes, length } of prefixes) {
      table.set(bytes, at);
      table.writeUInt32LE(length, at + 16);
      table.writeUInt32LE(value, at + 20);
      at += PREFIX_BYTES;
    }
  }
  return table;
}

function groupBytes(
  { template, prefix, subscriberPrefixLength }: Group,
  { packages, templates }: Configuration,
): number[] {
  // Template 0 is package 0 and not listed.
  const packageId = templates.find(({ id }) => id === template)?.package ?? 0;
  const index = packages.findIndex(({ id }) => id === packageId);
  if (index < 0) throw new Error(`template ${template} has no package`);
  const length = nativeLength(parsePrefix(prefix).family, subscriberPrefixLength);
  return [...u32(template), ...u32(index), ...u32(length)];
}

function serviceBytes(
  { name, transport, initiator, zone }: KnownService,
  index: number,
  ranges: Ranges,
  zones: Configuration["zones"],
  ids: PolicyIds,
): number[] {
  const firstRange = ranges.slice(0, index).flat().length;
  return [
    ...u32(idOf(serviceKey(name), ids)),
    ...u32(firstRange),
    ...u32(transport.ports.length),
    protocols[transport.protocol],
    initiators[initiator],
    zone ? zoneRules[zone.relation] : 0,
    zone ? zones.findIndex((each) => each.name === zone.name) : 0,
  ];
}

function packageBytes(
  { id, massMailing }: Package,
  detectors: readonly PlacedDetector[],
  services: readonly KnownService[],
): number[] {
  const first = detectors.findIndex(({ packageId }) => packageId === id);
  const count = detectors.filter(({ packageId }) => packageId === id).length;
  const measured = massMailing.map(({ service }) => service);
  return [...u32(id), ...u32(Math.max(0, first)), ...u32(count), ...serviceBits(measured, services).flatMap(u32)];
}

function detectorBytes(placed: PlacedDetector, services: readonly KnownService[], ids: PolicyIds): number[] {
  const { signal, threshold, periodSeconds, holdSeconds, window, actions, count } = placed.detector;
  return [
    ...u32(idOf(detectorKey(placed, services), ids)),
    ...u32(services.findIndex(({ name }) => name === placed.service)),
    ...u32(threshold),
    ...u32(periodSeconds * 1000),
    ...u32(holdSeconds * 1000),
    signals[signal],
    windows[window],
    actions.reduce((bits, action) => bits | actionBits[action], 0),
    counts[count],
  ];
}

/** Of struct blob_override. Written in place: there may be 10,000. */
function overridesBytes(
  overrides: readonly PolicyOverride[],
  { zones, packages }: Configuration,
  services: readonly KnownService[],
): Buffer {
  const zoneBits = new Map(zones.map(({ name }, bit) => [name, bit]));
  const packageIndexes = new Map(packages.map(({ id }, index) => [id, index]));
  const words = overrides.flatMap(({ number, target, package: id, exempt, blocked, untilMs }) => [
    number,
    "zone" in target ? (zoneBits.get(target.zone) ?? NONE) : NONE,
    id === null ? NONE : (packageIndexes.get(id) ?? NONE),
    ...serviceBits(exempt, services),
    ...serviceBits(blocked, services),
    ...(untilMs === null ? [NONE, NONE] : [untilMs % 2 ** 32, untilMs / 2 ** 32]),
  ]);
  const table = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) table.writeUInt32LE(Math.floor(word), index * 4);
  return table;
}

/** A bit for each service that is one of these, in two words, the low one first. */
function serviceBits(names: OverriddenServices, services: readonly KnownService[]): [number, number] {
  const set: [number, number] = [0, 0];
  for (const [index, { name }] of services.entries()) {
    if (names === "all" || names.includes(name)) set[index >> 5] = (set[index >> 5] ?? 0) + 2 ** (index & 31);
  }
  return set;
}

function idOf(key: string, ids: PolicyIds): number {
  const id = ids.get(key);
  if (id === undefined) throw new Error(`no id was given to ${key}`);
  return id;
}

function u32(value: number): number[] {
  return [value, value >>> 8, value >>> 16, value >>> 24].map((byte) => byte & 0xff);
}

function u16(value: number): number[] {
  return [value & 0xff, value >>> 8];
}
