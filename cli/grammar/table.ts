// A table of commands, checked before anything is typed: a fault in it is a programmer's, found at start-up.

import { type Command, EVERYWHERE } from "./command.ts";
import { afterKeyword, isComplete, keywordsAt, type State, startOf, take, valuesAt } from "./states.ts";
import type { Token } from "./syntax.ts";

export interface CommandTable<C extends Command = Command> {
  /** The mode that typing begins in. */
  readonly start: string;
  /** The commands that can be typed in a mode. */
  commandsIn(mode: string): readonly C[];
}

/** Throws an error that lists the faults, if there are some. */
export function commandTable<C extends Command>(start: string, commands: readonly C[]): CommandTable<C> {
  const modes = new Set([start, ...commands.flatMap(({ enters }) => enters ?? [])]);
  const commandsIn = (mode: string) => commands.filter((command) => [mode, EVERYWHERE].includes(command.mode));
  const table = new Map([...modes].map((mode) => [mode, commandsIn(mode)]));
  const faults = [
    ...commands.flatMap(missingHelp),
    ...commands.filter(({ mode }) => mode !== EVERYWHERE && !modes.has(mode)).map(unreachable),
    ...[...table.values()].flatMap((each) => [...overlaps(startOf(each), "")]),
  ];
  if (faults.length > 0) throw new Error(["The command table has faults:", ...new Set(faults)].join("\n"));
  return { start, commandsIn: (mode) => table.get(mode) ?? [] };
}

function missingHelp({ syntax, help, routes }: Command): string[] {
  const words = new Set(routes.flat().flatMap(helpWords));
  return [...words].filter((word) => !help[word]?.trim()).map((word) => `"${syntax}" has no help for ${word}.`);
}

function helpWords(token: Token): readonly string[] {
  return "type" in token ? [`<${token.name}>`] : token.words;
}

function unreachable({ syntax, mode }: Command): string {
  return `"${syntax}" cannot be typed: no command enters its mode, ${mode}.`;
}

/** Wherever typing can lead, each next word must have one meaning and one help. */
function* overlaps(states: readonly State[], typed: string): Iterable<string> {
  const complete = new Set(states.filter(isComplete).map(({ command }) => command));
  if (complete.size > 1) yield `"${typed}" is ${complete.size} commands.`;

  const values = valuesAt(states);
  for (const keyword of keywordsAt(states)) {
    const swallowed = values.find(({ token }) => "value" in (token.type.read(keyword) ?? {}));
    if (swallowed) yield `After "${typed}", ${keyword} is also a <${swallowed.token.name}>.`;
    const after = afterKeyword(states, keyword, 0);
    const helps = new Set(after.map(({ command }) => command.help[keyword]));
    if (helps.size > 1) yield `After "${typed}", ${keyword} has ${helps.size} helps.`;
    yield* overlaps(after, `${typed} ${keyword}`.trim());
  }

  const [kind, ...others] = new Set(values.map(({ token }) => `<${token.name}:${token.spec}>`));
  if (others.length > 0) yield `After "${typed}" come ${[kind, ...others].join(" and ")}.`;
  else if (kind) yield* overlaps(afterValue(states), `${typed} ${kind}`.trim());
}

function afterValue(states: readonly State[]): State[] {
  return valuesAt(states).flatMap(({ state }) => take(state, undefined, 0));
}
