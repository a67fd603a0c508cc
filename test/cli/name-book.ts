// A directory of names for tests: the first is 1, the second 2.

import type { NameDirectory } from "../../mgmt/subscribers/name-directory.ts";

export function nameBook(...names: readonly string[]): NameDirectory {
  return {
    namesOf: async (ids) => new Map(ids.flatMap((id) => (names[id - 1] ? [[id, names[id - 1] ?? ""]] : []))),
    idOf: async (name) => (names.includes(name) ? names.indexOf(name) + 1 : undefined),
  };
}
