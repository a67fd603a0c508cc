// An error in a typed line, and its text.

import { cliText, type ErrorCode } from "../../mgmt/errors.ts";
import { printable } from "../../mgmt/words.ts";
import type { Mismatch } from "./match.ts";
import { withoutSecrets } from "./shown.ts";

/** A place in a text of many lines. */
export interface Place {
  /** The line's number, from 1. */
  readonly line: number;
  /** The line as it was typed, but for its secrets. */
  readonly text: string;
  /** The word's column in it, from 0. */
  readonly column: number;
}

/** What is wrong, and the first wrong word, or the first missing one. */
export interface LineError extends Place {
  readonly code: ErrorCode;
  /** A sentence for a person. */
  readonly message: string;
  /** What could stand there, a sentence too. */
  readonly hint?: string;
}

/** Why a line was not understood. */
export function lineError(found: Mismatch, typed: string): Omit<LineError, "line"> {
  const { code, hint, column } = found;
  const text = withoutSecrets(typed, found);
  const message = code === "ambiguous-command" ? cliText(code, shown(text.trim())) : cliText(code);
  return { code, message, hint, text, column };
}

/** As IOS shows it: the line, a caret under the wrong word, what is wrong. */
export function printLineError({ line, text, column, message, hint }: LineError): string {
  const sentences = [message, hint].filter((sentence) => sentence !== undefined);
  const caret = `${" ".repeat(Math.min(column, text.length + 1))}^`;
  return [`Line ${line}:`, shown(text), caret, ...sentences.map((sentence) => `% ${sentence}`)].join("\n");
}

/** A typed text, as wide, without what a terminal would obey or hide. */
function shown(text: string): string {
  return printable(text.replaceAll(/[\t\n]/g, " "));
}
