// What of the configuration the rest of the daemon sees.

import type { Configuration } from "./configuration.ts";
import type { Facts } from "./service.ts";

/** What is long in it is left out. */
export function factsOf(configuration: Configuration, revision: number): Facts {
  const { zones, login, vty, ...rest } = configuration;
  const forAccess = [login.quietZone, vty.accessZone];
  return {
    ...{ ...rest, login, vty, revision },
    zones: zones.map(({ name, prefixes }) => ({ name, prefixes: prefixes.length })),
    accessZones: zones.filter(({ name }) => forAccess.includes(name)),
  };
}
