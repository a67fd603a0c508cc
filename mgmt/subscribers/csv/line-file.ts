// A file that is read line by line, some of it at a time. In a thread: it waits for the disk.

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { reasonOf, Sentence } from "../../sentence.ts";

const PIECE = 262_144;

/** With which some programs begin a text. */
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** A line that is longer is none of ours. */
const LINE_MAX = 1_048_576;

/** Not through a link, which may lead to what only the daemon may read; and nothing that keeps its reader waiting. */
export const LINE_FILE_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export class LineFile {
  readonly #path: string;
  readonly #handle: number;
  readonly size: number;
  readonly #piece = Buffer.alloc(PIECE);
  #at = 0;
  #rest = "";
  #line = 0;

  /** Throws a Sentence. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#handle = openSync(path, LINE_FILE_FLAGS);
    } catch (error) {
      throw unread(path, error);
    }
    const status = fstatSync(this.#handle);
    this.size = status.size;
    if (status.isFile()) return;
    this.close();
    throw unread(path, "it is no file");
  }

  /** How many lines were read. */
  get line(): number {
    return this.#line;
  }

  get bytesRead(): number {
    return this.#at - this.#rest.length;
  }

  rewind(): void {
    this.#at = 0;
    this.#rest = "";
    this.#line = 0;
  }

  close(): void {
    closeSync(this.#handle);
  }

  /** The next lines, each a character a byte; none: the file is over. Throws a Sentence. */
  next(): string[] {
    let bytes = 0;
    try {
      bytes = readSync(this.#handle, this.#piece, 0, PIECE, this.#at);
    } catch (error) {
      throw unread(this.#path, error);
    }
    const begin = this.#at === 0 && this.#piece.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
    const lines = (this.#rest + this.#piece.toString("latin1", begin, bytes)).split("\n");
    this.#at += bytes;
    this.#rest = bytes > 0 ? (lines.pop() ?? "") : "";
    if (bytes === 0 && lines.at(-1) === "") lines.pop();
    if (this.#rest.length > LINE_MAX) throw unread(this.#path, "one of its lines has no end");
    this.#line += lines.length;
    if (bytes > 0 && lines.length === 0) return this.next();
    return lines;
  }
}

/** `why`: the kernel's error, or its words. */
export function unread(path: string, why: unknown): Sentence {
  const isLink = (why as NodeJS.ErrnoException).code === "ELOOP";
  const reason = typeof why === "string" ? why : isLink ? "it is a link" : reasonOf(why);
  return new Sentence(
    `Cannot read ${path}: ${reason}. Put ${basename(path)} there as a file that user postern may read.`,
  );
}
