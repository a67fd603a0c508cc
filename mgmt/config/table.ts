// Every section of the configuration in the order it is rendered in, and the one table of their lines.

import { leavingCommands } from "../../cli/grammar/command.ts";
import { commandTable } from "../../cli/grammar/table.ts";
import type { Section } from "./section.ts";
import { linecard } from "./sections/linecard.ts";
import { packages } from "./sections/packages.ts";
import { services } from "./sections/services.ts";
import { system } from "./sections/system.ts";
import { zones } from "./sections/zones.ts";

export const sections: readonly Section[] = [system, zones, services, packages, linecard];

export const configurationTable = commandTable("global", [
  ...sections.flatMap(({ lines }) => lines),
  ...leavingCommands,
]);
