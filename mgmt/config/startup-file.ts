// The startup file: the text that the appliance begins with after a restart of the machine.
//
// What it replaces is kept as FILE.~N~, as cp --backup=numbered names it, N growing: other files beside it are nobody's business here.

import { access, readdir, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { writeDurably } from "../durable-file.ts";
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

/** False: there is none. One that is there and cannot be looked at is. */
export async function startupFileExists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT",
  );
}

/** The files that were replaced, the latest first. */
export async function earlierStartupFiles(file: string): Promise<string[]> {
  return (await generationsOf(file)).map((number) => generation(file, number));
}

/** Nothing is written if it says this already. Rejects with a Sentence; the file is then as it was. */
export async function writeStartupFile(file: string, text: string): Promise<void> {
  const before = (await startupFileExists(file)) ? await kept(file) : undefined;
  if (before === text) return;
  try {
    const numbers = await generationsOf(file);
    if (before !== undefined) await writeDurably(generation(file, (numbers[0] ?? 0) + 1), before);
    await writeDurably(file, text);
    for (const number of numbers.slice(GENERATIONS - 1)) await rm(generation(file, number), { force: true });
  } catch (error) {
    const directory = dirname(file);
    throw new Sentence(`Cannot write ${file}: ${reasonOf(error)}; user postern must be able to write in ${directory}.`);
  }
}

/** What is about to be replaced. Rejects with a Sentence: what cannot be kept is not replaced. */
function kept(file: string): Promise<string> {
  return readConfigurationFile(file).catch((error: unknown) => {
    if (!(error instanceof Sentence)) throw error;
    throw new Sentence(`${file} is not replaced, since it cannot be kept as it was: ${error.message}`);
  });
}

function generation(file: string, number: number): string {
  return `${file}.~${number}~`;
}

/** The numbers of the files that were replaced, the latest first. */
async function generationsOf(file: string): Promise<number[]> {
  const own = basename(file);
  return (await namesIn(dirname(file)))
    .filter((name) => name.startsWith(own))
    .map((name) => Number(/^\.~([1-9]\d{0,8})~$/.exec(name.slice(own.length))?.[1] ?? 0))
    .filter((number) => number > 0)
    .sort((a, b) => b - a);
}

function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}
