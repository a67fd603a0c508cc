// Reads a line typed at a prompt.

import type { Command } from "./command.ts";
import { type LineError, lineError } from "./line-error.ts";
import { type Match, type Mismatch, match } from "./match.ts";
import { type Modes, modesAfter } from "./modes.ts";
import { commandBehind, type Language, type Part, type Prompt, partsOf } from "./prompt.ts";
import { withoutSecrets } from "./shown.ts";
import { wordsOf } from "./words.ts";

export type LineReading<Exec extends Command, L extends Command, Pipe extends Command> =
  /** The line is blank, or a comment. */
  | { readonly kind: "nothing" }
  | { readonly kind: "error"; readonly error: Omit<LineError, "line"> }
  | { readonly kind: "exec"; readonly found: Match<Exec>; readonly pipes: readonly Match<Pipe>[] }
  /** A line of the configuration. `open`: the modes that it is typed in; `modes`: those open after it. */
  | { readonly kind: "line"; readonly found: Match<L>; readonly open: Modes; readonly modes: Modes }
  /** `exit` or `end`: only modes are closed, the last of them for the prompt. */
  | { readonly kind: "leave"; readonly modes: Modes };

export function readCommand<Exec extends Command, L extends Command, Pipe extends Command>(
  language: Language<Exec, L, Pipe>,
  prompt: Prompt,
  text: string,
): LineReading<Exec, L, Pipe> {
  if (wordsOf(text).length === 0 || (prompt.modes[0] === language.exec.start && isEnd(text)))
    return { kind: "nothing" };
  const failed = (mismatch: Mismatch) => ({ kind: "error" as const, error: lineError(mismatch, text) });
  const parts = partsOf(language, prompt, text);
  if (parts.kind === "line") {
    const found = matchPart(parts.head);
    if ("code" in found) return failed(found);
    // The table of lines holds what stands for commands of the language's own.
    const command = commandBehind(found.command) as Exec | undefined;
    if (command) return { kind: "exec", found: { ...found, command }, pipes: [] };
    const modes = modesAfter(found, parts.open);
    if (found.command.leaves) return { kind: "leave", modes: modes.length > 0 ? modes : [language.exec.start] };
    return { kind: "line", found, open: parts.open, modes };
  }
  const found = matchPart(parts.head);
  if ("code" in found) return failed(found);
  const pipes: Match<Pipe>[] = [];
  for (const part of parts.pipes) {
    const pipe = matchPart(part);
    if ("code" in pipe) return failed(pipe);
    pipes.push(pipe);
  }
  return { kind: "exec", found, pipes };
}

/** At the prompt there is no mode to leave. It is no command there, so that `en` is `enable`. */
function isEnd(text: string): boolean {
  return /^\s*end\s*$/i.test(text);
}

/** The line as it may be kept: without its secrets. */
export function shownLine(language: Language<Command, Command, Command>, prompt: Prompt, text: string): string {
  const read = readCommand(language, prompt, text);
  if (read.kind === "error") return read.error.text;
  return "found" in read ? withoutSecrets(text, read.found) : text;
}

/** Columns are those of the line. */
function matchPart<C extends Command>({ commands, text, column }: Part<C>): Match<C> | Mismatch<C> {
  const found = match(commands, text);
  if ("code" in found) {
    const { secretColumn } = found;
    return {
      ...found,
      column: found.column + column,
      secretColumn: secretColumn === undefined ? undefined : secretColumn + column,
    };
  }
  const columns = Object.entries(found.columns).map(([name, at]) => [name, at + column]);
  return { ...found, columns: Object.fromEntries(columns) };
}
