// Where something is in a configuration, in words.

import type { Configuration } from "./configuration.ts";
import type { Path } from "./problems.ts";

const lists: Readonly<Record<string, string>> = {
  zones: "zone",
  services: "service",
  packages: "package",
  massMailing: "mass-mailing service",
  templates: "template",
  anonymousGroups: "anonymous group",
};

/** Parts of which there is one each. */
const settings: Readonly<Record<string, string>> = {
  login: "login quiet-mode",
  vty: "line vty",
  aaa: "aaa authentication login",
};

/** `package 0, mass-mailing service smtp`: the objects around the place. */
export function placeOf(path: Path, configuration: Configuration): string {
  const names: string[] = [];
  let part: unknown = configuration;
  for (const [index, key] of path.entries()) {
    part = (part as Record<string, unknown> | undefined)?.[key];
    const list = lists[path[index - 1] ?? ""];
    const { name, id, service } = (part ?? {}) as { name?: string; id?: number; service?: string };
    if (list !== undefined) names.push(`${list} ${id ?? service ?? name}`);
  }
  return names.length > 0 ? names.join(", ") : (settings[path[0] ?? ""] ?? "the configuration");
}
