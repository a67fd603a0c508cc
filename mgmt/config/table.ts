// Every section of the configuration in the order it is rendered in, and the one table of their lines.

import { type Line, leavingCommands } from "../../cli/grammar/command.ts";
import { commandTable } from "../../cli/grammar/table.ts";
import type { Section } from "./section.ts";
import { aaa } from "./sections/aaa.ts";
import { foreign } from "./sections/foreign.ts";
import { linecard } from "./sections/linecard.ts";
import { logging } from "./sections/logging.ts";
import { login } from "./sections/login.ts";
import { packages } from "./sections/packages.ts";
import { servers } from "./sections/servers.ts";
import { services } from "./sections/services.ts";
import { ssh } from "./sections/ssh.ts";
import { system } from "./sections/system.ts";
import { users } from "./sections/users.ts";
import { vty } from "./sections/vty.ts";
import { zones } from "./sections/zones.ts";

export const sections: readonly Section[] = [
  ...[system, users, servers, aaa, logging, zones, services, packages, linecard, login, ssh, vty, foreign],
];

const lines = sections.flatMap((section) => section.lines);

/** What is set first, what takes it back behind it: hints and help list it so. */
export const configurationTable = commandTable("global", [
  ...lines.filter((line) => !isBack(line)),
  ...lines.filter(isBack),
  ...leavingCommands,
]);

function isBack({ syntax }: Line): boolean {
  return /^(no|default) /.test(syntax);
}
