// The text of a configuration, in the frame of IOS: comments part the blocks, the last line is `end`.

import type { Rendered } from "../../cli/grammar/command.ts";
import type { Configuration } from "./configuration.ts";
import { sections } from "./table.ts";

export interface RenderOptions {
  /** True: as they are stored, so that the text can be read back. */
  readonly secrets: boolean;
  /** With the lines that say what holds without them; left out: false. */
  readonly all?: boolean;
}

/** One configuration has one text, and `parseConfiguration` reads it back. No times or counters are in it. */
export function renderConfiguration(configuration: Configuration, options: RenderOptions = { secrets: true }): string {
  return textOf(linesOf(configuration, options.all), options);
}

/** The lines of each section. */
export function linesOf(configuration: Configuration, all = false): Rendered[][] {
  return sections.map((section) => section.render(configuration, all));
}

/** `blocks`: lines that belong together; one that enters a mode is a block of its own. */
export function textOf(blocks: readonly (readonly Rendered[])[], { secrets }: RenderOptions): string {
  const text = ["!"];
  const write = ({ text: whole, masked = whole, children }: Rendered, indent: string): void => {
    text.push(indent + (secrets ? whole : masked));
    for (const child of children) write(child, `${indent} `);
  };
  for (const block of blocks) {
    for (const [index, line] of block.entries()) {
      write(line, "");
      const last = index === block.length - 1;
      if (last || line.children.length > 0 || (block[index + 1]?.children.length ?? 0) > 0) text.push("!");
    }
  }
  return [...text, "end", ""].join("\n");
}
