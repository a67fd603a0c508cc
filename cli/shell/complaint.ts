// What a person is told when a line cannot be obeyed.

import type { LineError } from "../grammar/line-error.ts";

/** Longer ones name half the commands: `?` shows them better. */
const HINT_MAX = 100;

/** Under the line as it stands behind a prompt that is so many columns wide. */
export function errorLines({ code, column, message, hint = "" }: LineError, promptWidth: number): string[] {
  const caret =
    code === "incomplete-command" || code === "ambiguous-command" ? [] : [`${" ".repeat(promptWidth + column)}^`];
  const sentences = [message, hint].filter(({ length }) => length > 0 && length <= HINT_MAX);
  return [...caret, ...sentences.map((sentence) => `% ${sentence}`), ""];
}
