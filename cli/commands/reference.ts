// The command reference, docs/commands.md: everything that can be typed, from the tables that read it.

import { isDeepStrictEqual } from "node:util";
import { argumentTypes } from "../grammar/argument-types.ts";
import { type Command, EVERYWHERE } from "../grammar/command.ts";
import { helpWords } from "../grammar/faults.ts";
import type { Language } from "../grammar/prompt.ts";
import type { Route, Token } from "../grammar/syntax.ts";

export function referenceOf({ exec, configuration, pipe }: Language): string {
  const modes = configuration.modes.map((mode) => ({
    title: mode === configuration.start ? "In the configuration" : `In mode ${mode}`,
    text: entrance(mode, configuration.commands),
    commands: configuration.commands.filter((command) => command.mode === mode),
  }));
  const everywhere = configuration.commands.filter(({ mode }) => mode === EVERYWHERE);
  const sections = [
    section("At the prompt", "", exec.commands),
    section(
      "Behind a bar",
      "Behind a `show`, as many as you like: `show alarms | include link | count`.",
      pipe.commands,
    ),
    ...modes.map(({ title, text, commands }) => section(title, text, commands)),
    section("In every mode of the configuration", "", everywhere),
  ];
  return [head(), ...sections].join("\n");
}

function head(): string {
  const types = Object.entries(argumentTypes).map(([name, { expected }]) => `| \`${name}\` | ${expected} |`);
  return `# Commands

Written by \`npm run reference\` from the command tables; do not edit.

Every word can be abbreviated as long as it is unique, and case means nothing in keywords. \`[...]\` may be left out;
\`<name:1-9>\` is a number, \`<name:this|that>\` one of these words, \`<name:this|that...>\` one or more of them, and
the other arguments are:

| | |
|---|---|
${types.join("\n")}

The number behind a command is the level it takes: 0 user, 5 viewer, 10 admin, 15 root. In the configuration all take 10.
`;
}

function entrance(mode: string, commands: readonly Command[]): string {
  const syntaxes = commands.filter(({ enters }) => enters === mode).map(({ syntax }) => `\`${syntax}\``);
  return syntaxes.length > 0 ? `Entered by ${syntaxes.join(" and ")}.` : "";
}

/** `no` and `default` take back what is described already: a line is enough for each. */
function section(title: string, text: string, commands: readonly Command[]): string {
  const described = commands.filter((command) => !takesBack(command)).toSorted(bySyntax);
  const back = commands.filter(takesBack).map(({ syntax }) => syntax);
  const blocks = [...described.map(describe), ...(back.length > 0 ? [back.sort().join("\n")] : [])];
  return [`## ${title}`, "", ...(text ? [text, ""] : []), "```", blocks.join("\n\n"), "```", ""].join("\n");
}

/** Words that it begins with as the command before it does are explained there. */
function describe(
  { syntax, level, help, routes: [route = []] }: Command,
  index: number,
  all: readonly Command[],
): string {
  const known = sharedTokens(all[index - 1]?.routes[0] ?? [], route);
  const words = [...new Set(route.slice(known).flatMap(helpWords))];
  const width = Math.max(...words.map(({ length }) => length));
  return [`${syntax}  (${level})`, ...words.map((word) => `    ${word.padEnd(width)}  ${help[word]}`)].join("\n");
}

function sharedTokens(before: Route, route: Route): number {
  const different = route.findIndex((token, index) => !isDeepStrictEqual(token, before[index]));
  return different < 0 ? route.length : different;
}

function takesBack({ routes }: Command): boolean {
  return routes.every(([first]) => first !== undefined && isBack(first));
}

function isBack(token: Token): boolean {
  return !("type" in token) && token.words.every((word) => word === "no" || word === "default");
}

function bySyntax(a: Command, b: Command): number {
  return a.syntax < b.syntax ? -1 : 1;
}
