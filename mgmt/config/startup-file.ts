// The startup file: the text that the appliance begins with after a restart of the machine.
//
// It is replaced whole: the new text is on the disk before it has the name, so that a crash leaves the old file or the new one.
// What it replaces is kept as FILE.N, N growing.

import { chmod, link, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { reasonOf, Sentence } from "../sentence.ts";
import { readConfigurationFile } from "./file.ts";

/** How many are kept of those that were replaced. */
const GENERATIONS = 5;

/** Rejects with a Sentence that continues a refusal: the file cannot be read, or is not whole. */
export async function readStartupFile(file: string): Promise<string> {
  const text = await readConfigurationFile(file);
  if (!isOfSce(text) && !/(^|\n)[ \t]*end[ \t]*[\r\n]*$/.test(text.slice(-100))) {
    throw new Sentence('its last line is not "end": it may be cut off.');
  }
  return text;
}

/** An SCE's begins with `#This is a general configuration file`, and has no `end`. */
function isOfSce(text: string): boolean {
  return text.startsWith("#");
}

/** False: there was never one, or somebody took it away. */
export async function startupFileExists(file: string): Promise<boolean> {
  return (await namesIn(dirname(file))).includes(basename(file));
}

/** The files that were replaced, the latest first. */
export async function earlierStartupFiles(file: string): Promise<string[]> {
  const numbers = generationsOf(file, await namesIn(dirname(file)));
  return numbers.map((number) => `${file}.${number}`);
}

/** Rejects with a Sentence; the file is then as it was. */
export async function writeStartupFile(file: string, text: string): Promise<void> {
  const fresh = `${file}.new`;
  try {
    const names = await namesIn(dirname(file));
    const numbers = generationsOf(file, names);
    // A leftover of a crash, or somebody's link.
    await rm(fresh, { force: true });
    await writeDurably(fresh, text);
    if (names.includes(basename(file))) await keep(file, `${file}.${(numbers[0] ?? 0) + 1}`);
    await rename(fresh, file);
    await syncDirectory(dirname(file));
    for (const number of numbers.slice(GENERATIONS - 1)) await rm(`${file}.${number}`, { force: true });
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => {});
    const directory = dirname(file);
    throw new Sentence(`Cannot write ${file}: ${reasonOf(error)}; user postern must be able to write in ${directory}.`);
  }
}

async function keep(file: string, as: string): Promise<void> {
  await link(file, as);
  // It has hashes of secrets. Somebody else's file stays as he made it.
  await chmod(as, 0o600).catch(() => {});
}

async function writeDurably(file: string, text: string): Promise<void> {
  await using fresh = await open(file, "wx", 0o600);
  await fresh.writeFile(text);
  await fresh.sync();
}

async function syncDirectory(directory: string): Promise<void> {
  await using opened = await open(directory);
  await opened.sync();
}

/** The numbers of the files that were replaced, the latest first. */
function generationsOf(file: string, names: readonly string[]): number[] {
  const prefix = `${basename(file)}.`;
  return names
    .filter((name) => name.startsWith(prefix) && /^\d{1,9}$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => b - a);
}

function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}
