// Links: what the appliance does with the traffic of each pair of ports.

import { z } from "zod";
import { line, type Section } from "../section.ts";

/** A box has 1 to 4 links; a mode may be set before its link is there. */
export const LINKS = ["0", "1", "2", "3"] as const;

const linkModeSchema = z.enum(["forwarding", "bypass", "cutoff"]);

export type LinkMode = z.infer<typeof linkModeSchema>;

export const MODE_DEFAULT: LinkMode = "forwarding";

/** The mode of link 0, 1, ... */
export const linkModesSchema = z.array(linkModeSchema).length(LINKS.length);

const linkMode = line({
  mode: "linecard",
  syntax: "link mode <link:all-links|0|1|2|3> <mode:forwarding|bypass|cutoff>",
  help: {
    link: "A pair of ports",
    mode: "What to do with its traffic",
    "all-links": "Every link",
    "0": "The first link",
    "1": "The second link",
    "2": "The third link",
    "3": "The fourth link",
    forwarding: "Judge and forward it (the default)",
    bypass: "Forward it and judge nothing",
    cutoff: "Forward nothing",
  },
  run: ({ linkModes }, { link, mode }) => setMode(linkModes, link, mode),
  slot: "link mode <link:all-links|0|1|2|3>",
  no: ({ linkModes }, { link }) => setMode(linkModes, link, MODE_DEFAULT),
});

const connectionMode = line({
  mode: "linecard",
  syntax: "connection-mode <connection:inline> on-failure <action:bypass>",
  help: {
    "connection-mode": "How it stands in the line, and what passes when it fails",
    inline: "Every packet passes through it",
    "on-failure": "When it fails",
    bypass: "Traffic passes and is not judged",
  },
  run: () => {},
  slot: "connection-mode",
  no: () => {},
});

function setMode(linkModes: LinkMode[], link: "all-links" | (typeof LINKS)[number], mode: LinkMode): void {
  if (link === "all-links") linkModes.fill(mode);
  else linkModes[Number(link)] = mode;
}

export const links: Section = {
  lines: [...connectionMode.forms, ...linkMode.forms],

  // Link by link, so that each has a line of its own to differ by.
  render: ({ linkModes }, all) => [
    ...(all ? [connectionMode.print({ connection: "inline", action: "bypass" })] : []),
    ...LINKS.flatMap((link, index) => {
      const mode = linkModes[index] ?? MODE_DEFAULT;
      return mode === MODE_DEFAULT && !all ? [] : [linkMode.print({ link, mode })];
    }),
  ],

  check: () => [],
};
