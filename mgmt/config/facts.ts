// What of the configuration the rest of the daemon sees.

import type { Configuration } from "./configuration.ts";
import type { Facts } from "./service.ts";

/** What is long in it is left out. */
export function factsOf(configuration: Configuration, revision: number): Facts {
  const { zones, ...rest } = configuration;
  return {
    ...{ ...rest, revision },
    zones: zones.map(({ name, prefixes }) => ({ name, prefixes: prefixes.length })),
    accessZones: accessZonesOf(configuration),
  };
}

/** The zones that say from where people may come in. */
export function accessZonesOf({ zones, login, vty }: Configuration): Configuration["zones"] {
  const forAccess = [login.quietZone, vty.accessZone];
  return zones.filter(({ name }) => forAccess.includes(name));
}
