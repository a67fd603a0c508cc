// Reads lines one after the other, through the modes that they open and close. Indentation means
// nothing, but for this: what is indented below a line whose first word is wrong is judged when that word is mended.

import { cliText } from "../../mgmt/errors.ts";
import type { Command } from "./command.ts";
import type { LineError, Place } from "./line-error.ts";
import { begin, type Match, type Mismatch, match } from "./match.ts";
import type { CommandTable } from "./table.ts";
import { type Word, wordsOf } from "./words.ts";

/** The open modes, innermost last; none after `end`. */
type Modes = readonly string[];

/** A line that was understood; its place is that of its first word. */
export interface Statement<C extends Command = Command> extends Match<C>, Place {
  /** How many modes were open: it acts on the subject of the innermost. */
  readonly depth: number;
}

/** Reads every line. One that opens or closes a mode does so even when it is wrong, so that what follows can be judged. */
export function readLines<C extends Command>(
  table: CommandTable<C>,
  text: string,
): { statements: Statement<C>[]; errors: LineError[] } {
  const statements: Statement<C>[] = [];
  const errors: LineError[] = [];
  let modes: Modes = [table.start];
  /** Lines that begin to the right of this column hang on one whose first word is wrong. */
  let wrongColumn = Number.POSITIVE_INFINITY;
  for (const [index, typed] of text.split(/\r\n|\n|\r/).entries()) {
    const words = wordsOf(typed);
    const [first] = words;
    if (!first || first.column > wrongColumn) continue;
    const place = { line: index + 1, text: typed, column: first.column };
    const { open, found } = readWords(table, modes, words);
    if ("code" in found) errors.push(lineError(found, place));
    else if (!found.command.leaves) statements.push({ ...found, ...place, depth: open.length });
    wrongColumn = "code" in found && found.column === first.column ? first.column : Number.POSITIVE_INFINITY;
    modes = modesAfter(found, open);
  }
  return { statements, errors };
}

/** The words that say what a line is about: the first, or with `no` and `default` the first two. */
function headOf([first, second]: readonly Word[]): Word[] {
  const takesBack = first && /^(no|default)$/i.test(first.text);
  return [first, takesBack ? second : undefined].filter((word) => word !== undefined);
}

/** Matches a line in the innermost mode that knows its head: this closes the modes inside that one. */
function readWords<C extends Command>(table: CommandTable<C>, modes: Modes, words: readonly Word[]) {
  const innermost = modes.findLastIndex((mode) => begin(table.commandsIn(mode), headOf(words)));
  if (innermost < 0) return { open: modes, found: match(modes.toReversed().flatMap(table.commandsIn), words) };
  const open = modes.slice(0, innermost + 1);
  return { open, found: match(open.slice(-1).flatMap(table.commandsIn), words) };
}

/** The modes that are open after a line; after a wrong one, if all that it may have meant agree. */
function modesAfter(found: Match | Mismatch, open: Modes): Modes {
  const [command, ...others] = "code" in found ? found.candidates : [found.command];
  const agreed = others.every(({ enters, leaves }) => enters === command?.enters && leaves === command?.leaves);
  if (!command || !agreed) return open;
  if (command.leaves) return command.leaves === "all" ? [] : open.slice(0, -1);
  return command.enters === undefined ? open : [...open, command.enters];
}

function lineError({ code, hint, column }: Mismatch, place: Place): LineError {
  const message = code === "ambiguous-command" ? cliText(code, place.text.trim()) : cliText(code);
  return { ...place, code, message, hint, column };
}
