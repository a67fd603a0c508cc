// The line card: the one interface that traffic passes, configured in its own mode by links, subscribers and mass mailing.

import { line, type Section } from "../section.ts";
import { anonymousGroups } from "./anonymous-groups.ts";
import { dhcp } from "./dhcp.ts";
import { links } from "./links.ts";
import { massMailing } from "./mass-mailing.ts";
import { radiusAccounting } from "./radius-accounting.ts";
import { subscribers } from "./subscribers.ts";
import { templates } from "./templates.ts";

const parts: readonly Section[] = [links, subscribers, templates, anonymousGroups, radiusAccounting, dhcp, massMailing];

const lineCard = line({
  mode: "global",
  syntax: "interface LineCard 0",
  help: { interface: "Configure an interface", LineCard: "The one that traffic passes", "0": "Its number" },
  enters: "linecard",
  run: (candidate) => candidate,
  slot: "interface LineCard 0",
});

export const linecard: Section = {
  lines: [...lineCard.forms, ...parts.flatMap(({ lines }) => lines)],

  render(configuration, all) {
    const lines = parts.flatMap((part) => part.render(configuration, all));
    return [lineCard.print({}, lines)];
  },

  *check(configuration, before) {
    for (const part of parts) yield* part.check(configuration, before);
  },

  *incomplete(configuration) {
    for (const part of parts) yield* part.incomplete?.(configuration) ?? [];
  },
};
