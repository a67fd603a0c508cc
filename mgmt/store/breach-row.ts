// A breach as a row of the store, and back.

import { z } from "zod";
import type { Breach, BreachEnd, EventId } from "../breaches/breach.ts";

/** As the table has it. */
export type Row = ReturnType<typeof rowOf> & { id: number };

/** All columns but the id. */
export function rowOf(breach: Breach) {
  const { subscriber, name, end, startEvent, endEvent } = breach;
  return {
    region: breach.region,
    address: subscriber.address,
    prefix_length: subscriber.prefixLength,
    outer_vlan: subscriber.outerVlan,
    inner_vlan: subscriber.innerVlan,
    subscriber_name: subscriber.name ?? null,
    detector: breach.detector,
    package: name?.package ?? null,
    package_name: name?.packageName ?? null,
    service: name?.service ?? null,
    signal: name?.signal ?? null,
    threshold: name?.threshold ?? null,
    window: name?.window ?? "fixed",
    count: name?.count ?? "attempts",
    actions: name?.actions.join(" ") ?? null,
    period_started_ms: breach.periodStartedMs,
    period_ms: breach.periodMs,
    hold_ms: breach.holdMs,
    started_at: breach.startedAt,
    until_at: breach.untilAt,
    ended_at: breach.endedAt,
    counted: breach.counted,
    refused: breach.refused,
    destinations: JSON.stringify(breach.destinations),
    generation: breach.generation,
    revision: breach.revision,
    end_reason: end?.reason ?? null,
    end_user: end?.user ?? null,
    end_origin: end?.from ?? null,
    end_why: end?.why ?? null,
    end_revision: end?.revision ?? null,
    start_ring: startEvent?.ring ?? null,
    start_sequence: startEvent?.sequence ?? null,
    end_ring: endEvent?.ring ?? null,
    end_sequence: endEvent?.sequence ?? null,
  };
}

export function breachOf(row: Row): Breach {
  return {
    id: row.id,
    region: row.region,
    subscriber: {
      address: row.address,
      prefixLength: row.prefix_length,
      outerVlan: row.outer_vlan,
      innerVlan: row.inner_vlan,
      ...(row.subscriber_name !== null && { name: row.subscriber_name }),
    },
    detector: row.detector,
    name: nameOf(row),
    periodStartedMs: row.period_started_ms,
    periodMs: row.period_ms,
    holdMs: row.hold_ms,
    startedAt: row.started_at,
    untilAt: row.until_at,
    endedAt: row.ended_at,
    counted: row.counted,
    refused: row.refused,
    destinations: destinationsOf(row),
    generation: row.generation,
    revision: row.revision,
    end: endOf(row),
    startEvent: eventOf(row.start_ring, row.start_sequence),
    endEvent: eventOf(row.end_ring, row.end_sequence),
  };
}

function nameOf(row: Row): Breach["name"] {
  const { package: packageId, service, signal, threshold, actions } = row;
  if (packageId === null || service === null || signal === null || threshold === null || actions === null) return null;
  return {
    package: packageId,
    packageName: row.package_name,
    service,
    signal,
    threshold,
    periodSeconds: row.period_ms / 1000,
    ...{ window: row.window, holdSeconds: row.hold_ms / 1000, count: row.count },
    actions: actions.split(" "),
  };
}

/** Those of a row that somebody else wrote are not believed. */
const destinationsSchema = z
  .array(
    z.strictObject({
      address: z.union([z.ipv4(), z.ipv6()]),
      port: z.int().min(0).max(65_535),
      sessions: z.int().min(0),
      seenAt: z.int(),
    }),
  )
  .catch([]);

function destinationsOf({ destinations }: Row): Breach["destinations"] {
  return destinationsSchema.parse(JSON.parse(destinations));
}

function endOf(row: Row): BreachEnd | null {
  if (row.end_reason === null) return null;
  return {
    reason: row.end_reason,
    user: row.end_user,
    from: row.end_origin,
    why: row.end_why,
    revision: row.end_revision,
  };
}

function eventOf(ring: number | null, sequence: number | null): EventId | null {
  return ring === null || sequence === null ? null : { ring, sequence };
}
