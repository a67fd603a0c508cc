// A line of a CSV file and its fields.

/** Undefined: a blank line, or a comment, which begins with `#`. Null: a quote is missing. */
export function fieldsOf(line: string): string[] | null | undefined {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return undefined;
  if (!text.includes('"')) return text.split(",").map((field) => field.trim());
  const fields: string[] = [];
  const field = /\s*(?:"([^"]*)"|([^",]*))\s*(,|$)/y;
  for (;;) {
    const [all, quoted, bare = "", end] = field.exec(text) ?? [];
    if (all === undefined) return null;
    fields.push(quoted ?? bare.trim());
    if (end === "") return fields;
  }
}

/** A field as it reads back. It has no quote in it. */
export function fieldText(value: string): string {
  return /^[^\s,#](?:[^,]*[^\s,])?$/.test(value) ? value : `"${value}"`;
}

/** A line that is wrong, and why: a sentence. */
export interface CsvError {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export const QUOTE_MISSING = "A quote is missing.";
