// Anonymous groups and templates in CSV files: each line is a line of the configuration, and a file one commit, whole or not at all.

import { constants } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Actor } from "../operations/operation.ts";
import { reasonOf, Sentence } from "../sentence.ts";
import { type CsvError, fieldsOf, fieldText, QUOTE_MISSING } from "../subscribers/csv/fields.ts";
import { LINE_FILE_FLAGS, unread } from "../subscribers/csv/line-file.ts";
import type { Committed, ConfigurationChanges, Facts } from "./service.ts";

/** More than there may be of both together. */
const BYTES_MAX = 1_048_576;

/** For whom the directory is. */
const MODE = 0o640;

export const csvKinds = ["anonymous-group", "template"] as const;
export type CsvKind = (typeof csvKinds)[number];

interface Format {
  /** The line of the configuration; undefined: it has other fields. */
  lineOf(fields: readonly string[]): string | undefined;
  /** Its fields, to be told. */
  readonly fields: string;
  rows(facts: Facts): string[][];
}

const formats: Readonly<Record<CsvKind, Format>> = {
  "anonymous-group": {
    fields: "name, IP-range, template-index, manager-name (not used), prefix-length (of IPv6)",
    lineOf([name = "", range = "", template = "", , length = "", ...others]) {
      if (others.length > 0 || range === "") return undefined;
      return [
        `subscriber anonymous-group name "${name}" IP-range ${range}`,
        ...(template === "" ? [] : [`template ${template}`]),
        ...(length === "" ? [] : [`prefix-length ${length}`]),
      ].join(" ");
    },
    rows: ({ anonymousGroups }) =>
      anonymousGroups.map(({ name, prefix, template, subscriberPrefixLength: length }) => [
        ...[name, prefix, `${template}`],
        ...(prefix.includes(":") ? ["", `${length}`] : []),
      ]),
  },
  template: {
    fields: "template-index, packageId",
    lineOf: ([id = "", owner = "", ...others]) =>
      others.length > 0 ? undefined : `subscriber template ${id} package ${owner}`,
    rows: ({ templates }) => templates.map((each) => [`${each.id}`, `${each.package}`]),
  },
};

export interface CsvFileParts {
  /** Where files are. */
  readonly directory: string;
  readonly configuration: Pick<ConfigurationChanges, "enter"> & { facts(): Facts };
}

/** What came of an import: `errors` empty: the commit's outcome, whose errors are those of the file's lines. */
export interface CsvImported {
  readonly committed: Committed | null;
  readonly lines: number;
  readonly errors: readonly CsvError[];
}

export class CsvFiles {
  readonly #parts: CsvFileParts;

  constructor(parts: CsvFileParts) {
    this.#parts = parts;
  }

  /** `session`: null: in force at once. Rejects with a Sentence. */
  async import(kind: CsvKind, file: string, session: string | null, actor: Actor): Promise<CsvImported> {
    const { lines, errors } = linesOf(kind, await read(this.#pathOf(file)));
    if (errors.length > 0) return { committed: null, lines: 0, errors };
    if (lines.length === 0) throw new Sentence(`${file} has no lines: ${formats[kind].fields}.`);
    const typed = ["interface LineCard 0", ...lines.map(({ text }) => text)];
    const committed = await this.#parts.configuration.enter(typed, session, actor);
    if (committed.outcome !== "wrong") return { committed, lines: lines.length, errors: [] };
    const told = committed.errors.map(({ line, message, hint }) => ({
      line: lines[line - 2]?.line ?? 0,
      message: hint ?? message,
    }));
    return { committed: null, lines: 0, errors: told };
  }

  /** Returns how many there are. Rejects with a Sentence. */
  async export(kind: CsvKind, file: string): Promise<number> {
    const rows = formats[kind].rows(this.#parts.configuration.facts());
    const lines = rows.map((fields) => fields.map((field) => (field === "" ? "" : fieldText(field))).join(", "));
    await write(this.#pathOf(file), [`# ${formats[kind].fields}`, ...lines, ""].join("\n"));
    return rows.length;
  }

  #pathOf(file: string): string {
    return join(this.#parts.directory, file);
  }
}

/** The configuration's lines, with where each stands in the file. */
function linesOf(kind: CsvKind, text: string) {
  const lines: { line: number; text: string }[] = [];
  const errors: CsvError[] = [];
  for (const [index, row] of text.split("\n").entries()) {
    const line = index + 1;
    const fields = fieldsOf(row);
    if (fields === undefined) continue;
    const typed = fields === null ? undefined : formats[kind].lineOf(fields);
    if (typed !== undefined) lines.push({ line, text: typed });
    else errors.push({ line, message: fields === null ? QUOTE_MISSING : `A line has: ${formats[kind].fields}.` });
  }
  return { lines, errors };
}

async function read(path: string): Promise<string> {
  try {
    const handle = await open(path, LINE_FILE_FLAGS);
    try {
      const status = await handle.stat();
      if (!status.isFile()) throw unread(path, "it is no file");
      if (status.size > BYTES_MAX) throw unread(path, "it is too long");
      return await handle.readFile("latin1");
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof Sentence ? error : unread(path, error);
  }
}

/** The file is there when it is whole. */
async function write(path: string, text: string): Promise<void> {
  const begun = `${path}.new`;
  try {
    await rm(begun, { force: true });
    const handle = await open(begun, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, MODE);
    try {
      await handle.chmod(MODE);
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    await rename(begun, path);
  } catch (error) {
    throw new Sentence(`Cannot write ${path}: ${reasonOf(error)}.`);
  }
}
