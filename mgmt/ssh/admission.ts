// Who gets as far as the handshake, and how many may be on the way there at once.
//
// Of too many one who came before goes, and not the newcomer: those who connect and say nothing would keep everybody out. Of the
// busiest sources it is one from where nobody has logged in lately, and of those the oldest: each has the same time to log in, as
// long as it takes so many others to come. If the newest went, silent ones would keep their places, and of those who really come
// each would be cut by the next. The quiet zone has places beside the others', and nobody of it is cut.

import type { LoginGate } from "../access/login-gate.ts";
import { isWithin, sourceOf } from "../access/source.ts";
import type { Facts } from "../config/service.ts";

/** Connections. */
const ALL_MAX = 256;
/** Those of them of people who have not logged in, the quiet zone's apart. */
const STRANGERS_MAX = 128;
/** As many as a program may open at once that logs in everywhere from one host. */
const STRANGERS_OF_SOURCE_MAX = 64;

/** Sources from where somebody has logged in that are remembered; it takes logins to have one forgotten. */
export const REGULARS_MAX = 1024;

export interface AdmissionParts {
  facts(): Pick<Facts, "vty" | "accessZones">;
  readonly gate: Pick<LoginGate, "mayCome" | "isOfQuietZone">;
}

/** Where somebody comes from: found out once. */
export interface Origin {
  readonly address: string;
  readonly source: string;
  readonly ofQuietZone: boolean;
}

/** One who has come. */
export interface Guest {
  readonly origin: Origin;
  /** Undefined: he is a stranger. */
  readonly identity: unknown;
  cut(): void;
}

export class Admission {
  readonly #parts: AdmissionParts;
  /** Sources; where somebody left last is last. */
  readonly #regulars = new Set<string>();

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** Makes room for one more from this address among those who came, the oldest first. Undefined: he may not connect. */
  admit(address: string, guests: Iterable<Guest>): Origin | undefined {
    if (!this.#mayConnect(address)) return undefined;
    const origin = { address, source: sourceOf(address), ofQuietZone: this.#parts.gate.isOfQuietZone(address) };
    return this.#makeRoom(origin, [...guests]) ? origin : undefined;
  }

  /** One who had come has left. */
  left({ origin: { source }, identity }: Guest): void {
    if (identity === undefined) return;
    this.#regulars.delete(source);
    this.#regulars.add(source);
    const [first] = this.#regulars;
    if (this.#regulars.size > REGULARS_MAX && first !== undefined) this.#regulars.delete(first);
  }

  #mayConnect(address: string): boolean {
    const { facts, gate } = this.#parts;
    const { vty, accessZones } = facts();
    const zone = accessZones.find(({ name }) => name === vty.accessZone);
    const allowed = vty.accessZone === null || (zone !== undefined && isWithin(zone.prefixes, address));
    return allowed && gate.mayCome(address) === undefined;
  }

  /** False: there is none. */
  #makeRoom({ source, ofQuietZone }: Origin, guests: readonly Guest[]): boolean {
    const strangers = guests.filter(({ identity }) => identity === undefined);
    if (strangers.filter(({ origin }) => origin.source === source).length >= STRANGERS_OF_SOURCE_MAX) return false;
    const others = strangers.filter(({ origin }) => !origin.ofQuietZone);
    const isFull = ofQuietZone ? guests.length >= ALL_MAX : others.length >= STRANGERS_MAX;
    if (!isFull) return guests.length < ALL_MAX;
    const least = this.#leastOf(others, guests);
    least?.cut();
    return least !== undefined;
  }

  /** Who makes room. */
  #leastOf(strangers: readonly Guest[], guests: readonly Guest[]): Guest | undefined {
    const groups = [...Map.groupBy(strangers, ({ origin }) => origin.source).values()];
    const most = Math.max(...groups.map(({ length }) => length));
    const known = new Set(guests.flatMap(({ identity, origin }) => (identity === undefined ? [] : [origin.source])));
    const isRegular = (source: string) => known.has(source) || this.#regulars.has(source);
    const busiest = groups.filter(({ length }) => length === most).flatMap(([oldest]) => oldest ?? []);
    return busiest.find(({ origin }) => !isRegular(origin.source)) ?? busiest[0];
  }
}
