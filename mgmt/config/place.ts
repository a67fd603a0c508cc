// Where something is in a configuration, in words.

import type { Configuration } from "./configuration.ts";
import type { Path } from "./problems.ts";

interface Item {
  readonly name?: string;
  readonly id?: number;
  readonly service?: string | null;
  readonly kind?: string;
  readonly zone?: string;
}

const lists: Readonly<Record<string, (item: Item) => string>> = {
  zones: ({ name }) => `zone ${name}`,
  services: ({ name }) => `service ${name}`,
  packages: ({ id }) => `package ${id}`,
  massMailing: ({ service }) => `mass-mailing service ${service}`,
  templates: ({ id }) => `template ${id}`,
  anonymousGroups: ({ name }) => `anonymous group ${name}`,
  zoneOverrides: ({ kind, zone }) => `mass-mailing ${kind} zone ${zone}`,
};

/** Parts of which there is one each. */
const settings: Readonly<Record<string, string>> = {
  login: "login quiet-mode",
  vty: "line vty",
  aaa: "aaa authentication login",
  homeServers: "mass-mailing home-servers",
};

/** `package 0, mass-mailing service smtp`: the objects around the place. */
export function placeOf(path: Path, configuration: Configuration): string {
  const names: string[] = [];
  let part: unknown = configuration;
  for (const [index, key] of path.entries()) {
    part = (part as Record<string, unknown> | undefined)?.[key];
    const nameOf = lists[path[index - 1] ?? ""];
    if (nameOf) names.push(nameOf((part ?? {}) as Item));
  }
  return names.length > 0 ? names.join(", ") : (settings[path[0] ?? ""] ?? "the configuration");
}
