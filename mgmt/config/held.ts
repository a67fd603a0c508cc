// A configuration and what it looks like.

import type { Rendered } from "../../cli/grammar/command.ts";
import type { Configuration } from "./configuration.ts";
import { linesOf, textOf } from "./render.ts";

export interface Held {
  readonly configuration: Configuration;
  /** Of each section. */
  readonly blocks: readonly (readonly Rendered[])[];
  readonly lines: readonly Rendered[];
  /** With its secrets. */
  readonly text: string;
}

export function held(configuration: Configuration): Held {
  const blocks = linesOf(configuration);
  return { configuration, blocks, lines: blocks.flat(), text: textOf(blocks, { secrets: true }) };
}
