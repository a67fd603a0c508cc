// Writes names into a CSV file that can be imported. Runs in the thread of names, which does other things in between.

import { closeSync, constants, fchmodSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { reasonOf, Sentence } from "../../sentence.ts";
import { SUBSCRIBER_HEADER, subscriberLineText } from "../csv/subscriber-line.ts";
import type { Introduced } from "./queries.ts";

const PAGE = 2000;

/** For whom the directory is. */
const MODE = 0o640;

/** The file is there when it is whole. Returns how many names there are. Rejects with a Sentence. */
export async function exportNames(
  path: string,
  page: (after: string, limit: number) => readonly Introduced[],
): Promise<number> {
  const begun = join(dirname(path), `.${basename(path)}.new`);
  try {
    rmSync(begun, { force: true });
    const handle = openSync(begun, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, MODE);
    try {
      fchmodSync(handle, MODE);
      const count = await write(handle, page);
      renameSync(begun, path);
      return count;
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (error instanceof Sentence) throw error;
    throw new Sentence(`Cannot write ${path}: ${reasonOf(error)}.`);
  }
}

async function write(handle: number, page: (after: string, limit: number) => readonly Introduced[]): Promise<number> {
  let count = 0;
  writeSync(handle, SUBSCRIBER_HEADER);
  for (let after = ""; ; ) {
    const names = page(after, PAGE);
    const last = names.at(-1);
    if (!last) return count;
    writeSync(handle, names.map(subscriberLineText).join(""));
    count += names.length;
    after = last.name;
    await turn();
  }
}
