// The text of a configuration, in the frame of IOS: comments part the blocks, the last line is `end`.

import type { Configuration } from "./configuration.ts";
import { sections } from "./table.ts";

/** One configuration has one text, and `parseConfiguration` reads it back. No times or counters are in it. */
export function renderConfiguration(configuration: Configuration): string {
  const blocks = sections.flatMap((section) => section.render(configuration));
  return ["!", ...blocks.flatMap((block) => [...block, "!"]), "end", ""].join("\n");
}
