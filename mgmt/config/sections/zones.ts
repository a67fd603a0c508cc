// Zones: sets of addresses that services include or exclude, such as the home mail servers.

import { z } from "zod";
import type { Configuration } from "../configuration.ts";
import { findOrAdd, remove } from "../lists.ts";
import { excess, type Path, type PlacedList, type Problem, problem, repeats } from "../problems.ts";
import { line, type Section } from "../section.ts";
import type { Facts } from "../service.ts";
import { prefix, word } from "../values.ts";

/** A zone is one bit of a 64-bit set in the fast path. */
export const ZONES_MAX = 64;

/** Of all zones together: what the fast path's policy holds. */
export const ZONE_PREFIXES_MAX = 100_000;

/** Of a zone that says from where people may come in: all are compared with the address of each that does. */
export const ACCESS_PREFIXES_MAX = 1000;

export const zoneSchema = z.strictObject({
  name: word,
  /** None yet: the zone is incomplete, and no service may refer to it. */
  prefixes: z.array(prefix),
});

export type Zone = z.infer<typeof zoneSchema>;

const zone = line({
  mode: "global",
  syntax: "zone <name:WORD>",
  help: { zone: "A set of addresses", "<name>": "Its name" },
  suggest: { name: zoneNames },
  enters: "zone",
  run: ({ zones }, { name }) => findOrAdd(zones, { name, prefixes: [] }, nameOf),
  slot: "zone <name:WORD>",
  no: ({ zones }, { name }) => remove(zones, name, nameOf),
});

const ip = line({
  mode: "zone",
  syntax: "ip <prefix:PREFIX>",
  help: { ip: "Add addresses to the zone", "<prefix>": "An IPv4 or IPv6 address or prefix" },
  run: ({ prefixes }, { prefix }) => findOrAdd(prefixes, prefix, itself),
  slot: "ip <prefix:PREFIX>",
  no: ({ prefixes }, { prefix }) => remove(prefixes, prefix, itself),
});

export const zones: Section = {
  lines: [...zone.forms, ...ip.forms],

  render: ({ zones }) =>
    zones.map((each) =>
      zone.print(
        each,
        each.prefixes.map((prefix) => ip.print({ prefix })),
      ),
    ),

  *check({ zones }) {
    yield* repeats(["zones"], zones, "Zone", nameOf);
    yield* excess([[["zones"], zones]], ZONES_MAX, "zones");
    const prefixes = zones.map((zone, index): PlacedList => [["zones", index, "prefixes"], zone.prefixes]);
    yield* excess(prefixes, ZONE_PREFIXES_MAX, "prefixes in zones");
  },

  *incomplete({ zones }) {
    for (const { name, prefixes } of zones) {
      if (prefixes.length === 0)
        yield { object: `zone ${name}`, lacks: 'It has no addresses: give it some with "ip" lines.' };
    }
  },
};

/** What is wrong with referring to the zone of this name. */
export function* checkZone(path: Path, name: string, zones: Configuration["zones"]): Iterable<Problem> {
  const zone = zones.find((each) => each.name === name);
  if (!zone) yield problem(path, "unknown-zone", name);
  else if (zone.prefixes.length === 0) yield problem(path, "empty-zone", name);
}

/** The same for a zone that says from where people may come in; null: there is none. */
export function* checkAccessZone(path: Path, name: string | null, zones: Configuration["zones"]): Iterable<Problem> {
  if (name === null) return;
  yield* checkZone(path, name, zones);
  const zone = zones.find((each) => each.name === name);
  if ((zone?.prefixes.length ?? 0) <= ACCESS_PREFIXES_MAX) return;
  yield problem(path, "too-many", "prefixes in a zone that people come in from", ACCESS_PREFIXES_MAX);
}

/** What to suggest where a zone is named. */
export function zoneNames({ zones }: Facts): string[] {
  return zones.map(({ name }) => name);
}

function itself(prefix: string): string {
  return prefix;
}

function nameOf({ name }: Pick<Zone, "name">): string {
  return name;
}
