// What a person is told when a line cannot be obeyed.

import type { LineError } from "../grammar/line-error.ts";

/** Longer ones name half the commands: `?` shows them better. */
const HINT_MAX = 100;

/** Under the line as it stands behind a prompt that is so many columns wide; null: it does not stand there yet. */
export function complaintLines(error: Omit<LineError, "line">, promptWidth: number | null): string[] {
  const { code, text, column, message, hint = "" } = error;
  const line = promptWidth === null ? [text] : [];
  const caret =
    code === "incomplete-command" || code === "ambiguous-command"
      ? []
      : [`${" ".repeat((promptWidth ?? 0) + column)}^`];
  const sentences = [message, ...(hint.length <= HINT_MAX ? [hint] : [])].filter((sentence) => sentence !== "");
  return [...line, ...caret, ...sentences.map((sentence) => `% ${sentence}`), ""];
}
