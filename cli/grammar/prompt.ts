// A line typed at a prompt: which commands read which part of it.

import type { Level } from "../../mgmt/level.ts";
import { CONFIGURE_LEVEL, type Command, EVERYWHERE, type Line } from "./command.ts";
import { follow, match } from "./match.ts";
import { choiceFor, type Modes } from "./modes.ts";
import { segmentsOf } from "./pipes.ts";
import { routesOf } from "./syntax.ts";
import type { CommandTable } from "./table.ts";
import { endOf, type Word, wordsOf } from "./words.ts";

/** Everything that can be typed. */
export interface Language<Exec extends Command = Command, L extends Command = Command, Pipe extends Command = Command> {
  readonly exec: CommandTable<Exec>;
  /** With `doCommand` and `promptLine`s. */
  readonly configuration: CommandTable<L>;
  /** What can follow a bar. */
  readonly pipe: CommandTable<Pipe>;
}

/** Where a line is typed, and by whom. */
export interface Prompt {
  /** `exec`, or open modes of the configuration. */
  readonly modes: Modes;
  readonly level: Level;
}

/** A part of a line, and the commands that it is matched with. */
export interface Part<C extends Command> {
  readonly commands: readonly C[];
  readonly text: string;
  /** In the line. */
  readonly column: number;
}

export type Parts<Exec extends Command, L extends Command, Pipe extends Command> =
  | { readonly kind: "exec"; readonly head: Part<Exec>; readonly pipes: readonly Part<Pipe>[] }
  /** `open`: the modes that stay open. */
  | { readonly kind: "line"; readonly head: Part<L>; readonly open: Modes };

/** A prompt's command typed in a mode of the configuration. */
export const doCommand: Line = {
  mode: EVERYWHERE,
  syntax: "do <command:LINE>",
  help: { do: "Do a command of the prompt", "<command>": "The command" },
  level: CONFIGURE_LEVEL,
  routes: routesOf("do <command:LINE>"),
  run: () => undefined,
  slot: () => "do",
};

/** Commands that need no `do` in modes of the configuration, and those that the lines there stand for. */
const promptLines = new WeakMap<Command, Command>();

export function isPromptLine(command: Command): boolean {
  return promptLines.has(command);
}

/** The command that a line of the configuration stands for; undefined: it sets something itself. */
export function commandBehind(line: Command): Command | undefined {
  return promptLines.get(line);
}

/**
 * The line that stands for a command in modes of the configuration: one of the prompt in all, where it goes before their own lines;
 * one of a mode (`mode`) beside those.
 */
export function promptLine(command: Command, mode = EVERYWHERE): Line {
  const { syntax, help, level, routes, suggest = {} } = command;
  const line: Line = {
    mode,
    syntax,
    help,
    level,
    routes,
    suggest,
    run: () => undefined,
    slot: () => syntax,
  };
  promptLines.set(line, command);
  if (mode === EVERYWHERE) promptLines.set(command, command);
  return line;
}

export function partsOf<Exec extends Command, L extends Command, Pipe extends Command>(
  language: Language<Exec, L, Pipe>,
  { modes, level }: Prompt,
  text: string,
): Parts<Exec, L, Pipe> {
  const atPrompt = language.exec.commandsIn(language.exec.start, level);
  if (modes[0] === language.exec.start) return execParts(language, level, atPrompt, { text, column: 0 });
  const words = wordsOf(text);
  const { open, commands } = choiceFor(language.configuration, modes, text, words, level);
  const column = promptColumn(commands, text, words);
  if (column === undefined) return { kind: "line", head: { commands, text, column: 0 }, open };
  const within = column === 0 ? atPrompt.filter(isPromptLine) : atPrompt;
  return execParts(language, level, within, { text: text.slice(column), column });
}

function execParts<Exec extends Command, L extends Command, Pipe extends Command>(
  { pipe }: Language<Exec, L, Pipe>,
  level: Level,
  commands: readonly Exec[],
  { text, column }: { text: string; column: number },
): Parts<Exec, L, Pipe> {
  const [first, ...others] = segmentsOf(text);
  const head = first?.text ?? "";
  const found = match(commands, head);
  if (!("code" in found) && !found.command.takesPipes)
    return { kind: "exec", head: { commands, text, column }, pipes: [] };
  const pipes = others.map((segment) => ({
    commands: pipe.commandsIn(pipe.start, level),
    text: segment.text,
    column: column + segment.column,
  }));
  return { kind: "exec", head: { commands, text: head, column }, pipes };
}

/** Where a command of the prompt begins in the line; undefined: it is a line of the configuration. */
function promptColumn(commands: readonly Command[], text: string, words: readonly Word[]): number | undefined {
  const [first] = words;
  if (!first) return undefined;
  const states = follow(commands, text, [first]);
  if ("code" in states) return undefined;
  if (states.every(({ command }) => isPromptLine(command) && command.mode === EVERYWHERE)) return 0;
  const isDo = states.every(({ command }) => command === doCommand);
  return isDo && endOf(first) < text.length ? endOf(first) : undefined;
}
