// What `?` shows.

import type { Help } from "../grammar/help.ts";

export function helpLines({ entries }: Help): string[] {
  const width = Math.max(...entries.map(({ word }) => word.length));
  return entries.map(({ word, help }) => `  ${word.padEnd(width)}  ${help}`.trimEnd());
}
