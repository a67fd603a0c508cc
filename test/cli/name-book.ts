// Names for tests: the first is 1, the second 2.

import type { Appliance } from "../../mgmt/appliance.ts";

export function nameBook(...names: readonly string[]): Appliance["names"] {
  const namesOf = async (ids: readonly number[]) =>
    new Map(ids.flatMap((id) => (names[id - 1] ? [[id, names[id - 1] ?? ""] as const] : [])));
  return {
    ...{ namesOf, namesSoon: namesOf },
    idOf: async (name) => (names.includes(name) ? names.indexOf(name) + 1 : undefined),
    async named(name) {
      if (!names.includes(name)) return undefined;
      return { id: names.indexOf(name) + 1, name, package: 0, fixed: true, createdAt: 0, mappings: [] };
    },
    count: async () => names.length,
    async *list() {
      yield names;
    },
    async *introduced() {},
  };
}
