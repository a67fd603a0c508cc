// Who gets as far as the handshake, and how many may be on the way there at once.
//
// Of too many the oldest of the busiest source goes, and not the newcomer: those who connect and say nothing would keep everybody out.

import type { LoginGate } from "../access/login-gate.ts";
import { isWithin, sourceOf } from "../access/source.ts";
import type { Facts } from "../config/service.ts";

/** Connections. */
const ALL_MAX = 256;
/** Those of them of people who have not logged in. */
const STRANGERS_MAX = 128;
/** As many as a program may open at once that logs in everywhere from one host. */
const STRANGERS_OF_SOURCE_MAX = 64;

export interface AdmissionParts {
  facts(): Pick<Facts, "vty" | "accessZones">;
  readonly gate: Pick<LoginGate, "mayCome">;
}

/** One who has come. */
export interface Guest {
  readonly from: string;
  /** Undefined: he is a stranger. */
  readonly identity: unknown;
  cut(): void;
}

/** Whether he may connect at all. */
export function mayConnect(address: string, { facts, gate }: AdmissionParts): boolean {
  const { vty, accessZones } = facts();
  const zone = accessZones.find(({ name }) => name === vty.accessZone);
  const allowed = vty.accessZone === null || (zone !== undefined && isWithin(zone.prefixes, address));
  return allowed && gate.mayCome(address) === undefined;
}

/** Makes room for one more from this address among those who came, the oldest first. False: he has enough there himself. */
export function makeRoom(address: string, guests: Iterable<Guest>): boolean {
  const all = [...guests];
  const strangers = Map.groupBy(
    all.filter(({ identity }) => identity === undefined),
    ({ from }) => sourceOf(from),
  );
  const own = strangers.get(sourceOf(address)) ?? [];
  if (own.length >= STRANGERS_OF_SOURCE_MAX) return false;
  const groups = [...strangers.values()];
  if (groups.reduce((sum, { length }) => sum + length, 0) < STRANGERS_MAX) return all.length < ALL_MAX;
  const [busiest] = groups.toSorted((a, b) => b.length - a.length);
  busiest?.[0]?.cut();
  return true;
}
