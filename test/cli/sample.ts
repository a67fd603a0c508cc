// A small language and configuration for the tests of what is typed at a prompt.

import { PIPE, pipeCommands } from "../../cli/commands/pipes.ts";
import { type Command, type Line, leavingCommands, linesFor } from "../../cli/grammar/command.ts";
import { doCommand, type Language, type Prompt } from "../../cli/grammar/prompt.ts";
import { type HelpWords, routesOf } from "../../cli/grammar/syntax.ts";
import { commandTable } from "../../cli/grammar/table.ts";
import { emptyConfiguration } from "../../mgmt/config/configuration.ts";
import { factsOf } from "../../mgmt/config/facts.ts";
import type { Facts } from "../../mgmt/config/service.ts";
import type { Level } from "../../mgmt/level.ts";

function exec<const Syntax extends string>(
  level: Level,
  syntax: Syntax,
  help: Readonly<Record<HelpWords<Syntax>, string>>,
  more: Pick<Command, "takesPipes" | "suggest"> = {},
): Command {
  return { mode: "exec", level, syntax, help, routes: routesOf(syntax), ...more };
}

const show = { show: "Show how things are" };
const zones = ({ zones }: Facts) => zones.map(({ name }) => name);

const execCommands: readonly Command[] = [
  exec(0, "show version", { ...show, version: "What is installed" }, { takesPipes: true }),
  exec(0, "show sessions", { ...show, sessions: "Who is here" }, { takesPipes: true }),
  exec(
    5,
    "show zone <name:WORD> [detail]",
    { ...show, zone: "A set of addresses", "<name>": "Its name", detail: "All of it" },
    { takesPipes: true, suggest: { name: zones } },
  ),
  exec(5, "show subscriber ip <address:ADDRESS>", {
    ...show,
    subscriber: "A subscriber",
    ip: "By address",
    "<address>": "An address of his",
  }),
  exec(10, "rollback <number:1-199> [comment <comment:LINE>]", {
    rollback: "Go back to an earlier configuration",
    "<number>": "Its number",
    comment: "Say why",
    "<comment>": "The reason",
  }),
  exec(15, "reload", { reload: "Start again" }),
];

const line = linesFor<{ global: object; zone: object }>();

const lines: readonly Line[] = [
  ...line({
    mode: "global",
    syntax: "zone <name:WORD>",
    help: { zone: "A set of addresses", "<name>": "Its name" },
    suggest: { name: zones },
    enters: "zone",
    run: (subject) => subject,
    slot: "zone <name:WORD>",
    no: () => undefined,
  }).forms,
  ...line({
    mode: "zone",
    syntax: "ip <prefix:PREFIX>",
    help: { ip: "Add addresses", "<prefix>": "Their prefix" },
    run: () => undefined,
    slot: "ip <prefix:PREFIX>",
    no: () => undefined,
  }).forms,
  ...line({
    mode: "zone",
    syntax: "owner <name:STRING> IP-class <class:gold|silver...>",
    help: {
      owner: "Whose it is",
      "<name>": "His name",
      "IP-class": "What he paid for",
      gold: "Much",
      silver: "Less",
    },
    run: () => undefined,
    slot: "owner",
    no: () => undefined,
  }).forms,
  ...leavingCommands,
  doCommand,
];

export const language: Language = {
  exec: commandTable("exec", execCommands),
  configuration: commandTable("global", lines),
  pipe: commandTable(PIPE, pipeCommands),
};

export const facts: Facts = factsOf(
  {
    ...emptyConfiguration(),
    zones: ["home", "honey-pots", "work"].map((name) => ({ name, prefixes: [] })),
  },
  1,
);

/** At the prompt of somebody of a level. */
export const at = (level: Level): Prompt => ({ modes: ["exec"], level });

export const inGlobal: Prompt = { modes: ["global"], level: 15 };
export const inZone: Prompt = { modes: ["global", "zone"], level: 15 };
