// Reads lines one after the other, through the modes that they open and close. Indentation means
// nothing, but for this: what is indented below a line whose first word is wrong is judged when that word is mended.

import type { Command } from "./command.ts";
import { type LineError, lineError, type Place } from "./line-error.ts";
import type { Match } from "./match.ts";
import { choiceFor, type Modes, modesAfter } from "./modes.ts";
import { withoutSecrets } from "./shown.ts";
import type { CommandTable } from "./table.ts";
import { wordsOf } from "./words.ts";

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
    const line = index + 1;
    const { open, found } = choiceFor(table, modes, typed, words);
    if ("code" in found) errors.push({ line, ...lineError(found, typed) });
    else if (!found.command.leaves) {
      statements.push({ ...found, line, text: withoutSecrets(typed, found), column: first.column, depth: open.length });
    }
    wrongColumn = "code" in found && found.column === first.column ? first.column : Number.POSITIVE_INFINITY;
    modes = modesAfter(found, open);
  }
  return { statements, errors };
}
