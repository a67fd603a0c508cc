// Writes files that a crash leaves whole: the one that was there, or the one that takes its place.

import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** On the disk before it has the name. Other users may not read it. Rejects as the file system does. */
export async function writeDurably(file: string, text: string): Promise<void> {
  const fresh = `${file}.new`;
  // A leftover of a crash, or somebody's link.
  await rm(fresh, { force: true });
  try {
    await writeNew(fresh, text);
    await rename(fresh, file);
    await syncDirectory(dirname(file));
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

async function writeNew(file: string, text: string): Promise<void> {
  await using fresh = await open(file, "wx", 0o600);
  await fresh.writeFile(text);
  await fresh.sync();
}

async function syncDirectory(directory: string): Promise<void> {
  await using opened = await open(directory);
  await opened.sync();
}
