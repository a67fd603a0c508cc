// The modes that lines open and close, and the one that a line is meant for.

import type { Level } from "../../mgmt/level.ts";
import type { Command } from "./command.ts";
import { begins, type Match, type Mismatch, match } from "./match.ts";
import type { CommandTable } from "./table.ts";
import type { Word } from "./words.ts";

/** The open modes, innermost last; none after `end`. */
export type Modes = readonly string[];

/** What a line can be matched with, and what it is among that. */
export interface Choice<C extends Command> {
  /** The modes that stay open. */
  readonly open: Modes;
  readonly commands: readonly C[];
  readonly found: Match<C> | Mismatch<C>;
}

/**
 * The innermost mode that knows the line's head: this closes the modes inside it. Where it does not know the rest, one further out
 * that does: `zone home-mail` typed inside a service, which has zones of its own, is the beginning of a zone. If none knows the
 * head, all of them.
 */
export function choiceFor<C extends Command>(
  table: CommandTable<C>,
  modes: Modes,
  text: string,
  words: readonly Word[],
  level?: Level,
): Choice<C> {
  const choices = modes
    .map((mode, index) => ({ open: modes.slice(0, index + 1), commands: table.commandsIn(mode, level) }))
    .reverse();
  const knowing = choices.values().filter(({ commands }) => begins(commands, text, words));
  let innermost: Choice<C> | undefined;
  for (const { open, commands } of knowing) {
    const choice = { open, commands, found: match(commands, text, words) };
    if (!("code" in choice.found)) return choice;
    innermost ??= choice;
    // What is right so far is not meant for another mode.
    if ("code" in innermost.found && innermost.found.code !== "invalid-input") break;
  }
  const commands = choices.flatMap((choice) => choice.commands);
  return innermost ?? { open: modes, commands, found: match(commands, text, words) };
}

/** The modes that are open after a line; after a wrong one, if all that it may have meant agree. */
export function modesAfter(found: Match | Mismatch, open: Modes): Modes {
  const [command, ...others] = "code" in found ? found.candidates : [found.command];
  const agreed = others.every(({ enters, leaves }) => enters === command?.enters && leaves === command?.leaves);
  if (!command || !agreed) return open;
  if (command.leaves) return command.leaves === "all" ? [] : open.slice(0, -1);
  return command.enters === undefined ? open : [...open, command.enters];
}
