// The lines of a file, some of it at a time: others have their turn in between.

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { reasonOf, Sentence } from "../sentence.ts";

/** Read in one turn of the event loop: some hundred lines, decoded in well under a millisecond. */
const PIECE_BYTES = 16_384;

/** A line that is longer is none of ours. */
const LINE_MAX = 65_536;

/** Not through a link, which may lead to what only the daemon may read; and nothing that keeps its reader waiting. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Throws a Sentence. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  const unread = (error: unknown) => new Sentence(`Cannot read ${path}: ${whyOf(error)}.`);
  const file = await open(path, FLAGS).catch((error: unknown) => {
    throw unread(error);
  });
  try {
    let rest = "";
    for await (const piece of piecesOf(file)) {
      const lines = (rest + piece).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
      if (rest.length > LINE_MAX) throw new Error("one of its lines has no end");
    }
    if (rest !== "") yield rest;
  } catch (error) {
    throw error instanceof Error ? unread(error) : error;
  } finally {
    await file.close();
  }
}

async function* piecesOf(file: FileHandle): AsyncGenerator<string> {
  const bytes = Buffer.alloc(PIECE_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(bytes);
    if (bytesRead === 0) return;
    yield bytes.toString("latin1", 0, bytesRead);
  }
}

function whyOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === "ELOOP" ? "it is a link" : reasonOf(error);
}
