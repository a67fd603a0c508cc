// An import of names that goes on, some lines at a time. Runs in the thread of names.

import type { MappingKey } from "../../engine/subscriber_change.ts";
import type { CsvError } from "../csv/fields.ts";
import { LineFile } from "../csv/line-file.ts";
import { readSubscriberLine, type SubscriberLine } from "../csv/subscriber-line.ts";
import type { Introduce } from "../feed.ts";

/** Lines after which others have their turn, at least. */
const LINES = 20_000;

export interface ImportStep {
  readonly lines: number;
  /** Subscribers that were found, or introduced. */
  readonly names: number;
  readonly bytes: number;
  readonly size: number;
  readonly errors: readonly CsvError[];
  readonly isOver: boolean;
}

export class CsvImport {
  readonly #file: LineFile;
  readonly #packages: ReadonlySet<number>;
  /** Where each name and mapping was. */
  readonly #names = new Map<string, number>();
  readonly #keys = new Map<string, number>();
  #count = 0;

  /** Throws a Sentence. */
  constructor(path: string, packages: readonly number[]) {
    this.#file = new LineFile(path);
    this.#packages = new Set(packages);
  }

  /** How many different ones there are so far. */
  get names(): Iterable<string> & { readonly size: number } {
    return { size: this.#names.size, [Symbol.iterator]: () => this.#names.keys() };
  }

  /** As `names`. */
  get mappings(): Iterable<MappingKey> & { readonly size: number } {
    return {
      size: this.#keys.size,
      [Symbol.iterator]: () => this.#keys.keys().map((text) => Buffer.from(text, "latin1")),
    };
  }

  /** Reads it again from its beginning; that everything is there once is known now. */
  rewind(): void {
    this.#file.rewind();
    this.#names.clear();
    this.#keys.clear();
    this.#count = 0;
  }

  close(): void {
    this.#file.close();
  }

  /** `introduce`: why it cannot be done; undefined: it was. `isOnce`: whether each is there once is looked at. */
  step(introduce: (event: Introduce) => string | undefined, isOnce: boolean): ImportStep {
    const errors: CsvError[] = [];
    const end = this.#file.line + LINES;
    let isOver = false;
    while (!isOver && this.#file.line < end) {
      const before = this.#file.line;
      const lines = this.#file.next();
      isOver = lines.length === 0;
      for (const [index, line] of lines.entries()) {
        const message = this.#take(line, before + index + 1, introduce, isOnce);
        if (message !== undefined) errors.push({ line: before + index + 1, message });
      }
    }
    const { line: lines, bytesRead: bytes, size } = this.#file;
    return { lines, names: this.#count, bytes, size, errors, isOver };
  }

  #take(
    line: string,
    number: number,
    introduce: (event: Introduce) => string | undefined,
    isOnce: boolean,
  ): string | undefined {
    const read = readSubscriberLine(line, this.#packages);
    if (read === undefined || typeof read === "string") return read;
    const message = (isOnce ? this.#again(read, number) : undefined) ?? introduce({ kind: "introduce", ...read });
    if (message === undefined) this.#count++;
    return message;
  }

  /** Where it was before. */
  #again({ name, keys }: SubscriberLine, line: number): string | undefined {
    const before = this.#names.get(name);
    if (before !== undefined) return `${name} is in line ${before} already.`;
    for (const key of keys) {
      const other = this.#keys.get(textOf(key));
      if (other !== undefined) return `A mapping of it is in line ${other} already.`;
    }
    this.#names.set(name, line);
    for (const key of keys) this.#keys.set(textOf(key), line);
    return undefined;
  }
}

function textOf(key: MappingKey): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");
}
