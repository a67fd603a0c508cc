// An error in a typed line, and its text.

import type { ErrorCode } from "../../mgmt/errors.ts";
import { printable } from "../../mgmt/words.ts";

/** A place in a text of many lines. */
export interface Place {
  /** The line's number, from 1. */
  readonly line: number;
  /** The line as it was typed. */
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

/** As IOS shows it: the line, a caret under the wrong word, what is wrong, without what a terminal would obey or hide. */
export function printLineError({ line, text, column, message, hint }: LineError): string {
  const shown = printable(text.replaceAll("\t", " "));
  const sentences = [message, hint].filter((sentence) => sentence !== undefined);
  return [`Line ${line}:`, shown, `${" ".repeat(column)}^`, ...sentences.map((sentence) => `% ${sentence}`)].join("\n");
}
