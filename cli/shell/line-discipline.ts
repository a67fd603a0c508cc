// How a line is typed: what the two disciplines, for machines and for people, have in common.

import type { Completion } from "../grammar/completion.ts";

/** Characters of a line that is passed on whole; a longer one is passed on as its first `LINE_MAX + 1`. */
export const LINE_MAX = 4096;

export interface LineRequest {
  readonly prompt: string;
  /** Lines typed before, the latest last. */
  readonly history: readonly string[];
  /** What could follow `line`: lines to print. */
  help(line: string): readonly string[];
  complete(line: string): Completion;
  /** Whether `?` behind `line` is a character like others. */
  endsInFreeText(line: string): boolean;
}

export interface TypedLine {
  readonly text: string;
  /** What ended it; with Ctrl-C it was given up, with Ctrl-D nothing was typed. */
  readonly end: "enter" | "ctrl-z" | "ctrl-c" | "ctrl-d";
}

export interface LineDiscipline {
  /** Undefined: the person went away. */
  readLine(request: LineRequest): Promise<TypedLine | undefined>;
}
