// Splits a typed line into words.

export interface Word {
  readonly text: string;
  /** Of its first character (its quote, if it has one), from 0. */
  readonly column: number;
  /** A quoted word is never a keyword. */
  readonly quoted: boolean;
}

/** A quoted text, a bare word, or, from a stray quote on, the rest of the line: no argument type of one word accepts a quote. */
const WORD = /"([^"]*)"(?=[ \t]|$)|[^ \t"]+(?=[ \t]|$)|[^ \t].*/gs;

/** The words of a line: none for a blank line or a comment, which begins with `!` or `#`. */
export function wordsOf(line: string): Word[] {
  if (/^[ \t]*[!#]/.test(line)) return [];
  return Array.from(line.matchAll(WORD), ({ 0: all, 1: inner, index }) => ({
    text: inner ?? all,
    column: index,
    quoted: inner !== undefined,
  }));
}

/** The column behind the word and its quotes. */
export function endOf({ text, column, quoted }: Word): number {
  return column + text.length + (quoted ? 2 : 0);
}
