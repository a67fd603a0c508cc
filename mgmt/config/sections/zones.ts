// Zones: sets of addresses that services include or exclude, such as the home mail servers.

import { z } from "zod";
import { findOrAdd, remove } from "../lists.ts";
import { excess, type PlacedList, repeats } from "../problems.ts";
import { line, type Section } from "../section.ts";
import { prefix, word } from "../values.ts";

/** A zone is one bit of a 64-bit set in the fast path. */
export const ZONES_MAX = 64;

/** Of all zones together: what the fast path's policy holds. */
export const ZONE_PREFIXES_MAX = 100_000;

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
  suggest: { name: ({ zones }) => zones.map(({ name }) => name) },
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

function itself(prefix: string): string {
  return prefix;
}

function nameOf({ name }: Pick<Zone, "name">): string {
  return name;
}
