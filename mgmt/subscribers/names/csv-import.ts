// An import of names that goes on, some lines at a time. Runs in the thread of names.

import type { MappingKey } from "../../engine/subscriber_change.ts";
import type { CsvError } from "../csv/fields.ts";
import { FirstLines } from "../csv/first-lines.ts";
import { LineFile } from "../csv/line-file.ts";
import { readSubscriberLine, type SubscriberLine } from "../csv/subscriber-line.ts";
import type { Introduce } from "../feed.ts";

/** Lines after which others have their turn, at least. */
const LINES = 10_000;

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
  readonly #names = new FirstLines();
  readonly #keys = new FirstLines();
  #count = 0;

  /** Throws a Sentence. */
  constructor(path: string, packages: readonly number[]) {
    this.#file = new LineFile(path);
    this.#packages = new Set(packages);
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
    const before = this.#names.add(name, line);
    if (before !== undefined) return `${name} is in line ${before} already.`;
    const others = keys.map((key) => this.#keys.add(textOf(key), line));
    const other = others.find((each) => each !== undefined && each !== line);
    return other === undefined ? undefined : `A mapping of it is in line ${other} already.`;
  }
}

function textOf(key: MappingKey): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");
}
