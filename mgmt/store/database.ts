// Opens the store's file. Runs in the store's thread, like everything that touches SQLite.

import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { reasonOf, Sentence } from "../sentence.ts";
import { migrations } from "./migrations.ts";

/**
 * Opens the file, made if absent, and brings it up to date, to `steps`. One daemon at a time: the file stays locked while it is open.
 * Throws a Sentence.
 */
export function openDatabase(file: string, steps = migrations): Database.Database {
  return told(file, () => {
    checkDirectory(dirname(file));
    const database = new Database(file, { timeout: 1000 });
    try {
      // Exclusive before WAL: then SQLite needs no shared-memory file, which a full tmpfs would turn into a SIGBUS.
      database.pragma("locking_mode = EXCLUSIVE");
      database.pragma("journal_mode = WAL");
      database.pragma("synchronous = FULL");
      migrate(database, file, steps);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** SQLite tells less about a directory than the kernel does. */
function checkDirectory(directory: string): void {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Sentence(
      `Cannot keep state in ${directory}, which user postern must be able to write: ${reasonOf(error)}.`,
    );
  }
}

function migrate(database: Database.Database, file: string, steps: readonly string[]): void {
  const version = Number(database.pragma("user_version", { simple: true }));
  if (version > steps.length) {
    throw new Sentence(`${file} was written by a newer Postern: run that one, or move the file away to start afresh.`);
  }
  // A daemon that comes back writes nothing: the disk may be full.
  if (version === steps.length) return;
  database
    .transaction(() => {
      for (const step of steps.slice(version)) database.exec(step);
      database.pragma(`user_version = ${steps.length}`);
    })
    .immediate();
}

/** Runs what needs the file; SQLite's complaints about it become Sentences. */
export function told<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw saidOf(file, error);
  }
}

/** As `told`, of what goes on for a while. */
export async function toldLater<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw saidOf(file, error);
  }
}

function saidOf(file: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const [, sentence] = sentences.find(([code]) => error.code.startsWith(code)) ?? [];
  return sentence ? new Sentence(sentence(file, error.code)) : error;
}

const sentences: readonly (readonly [string, (file: string, code: string) => string])[] = [
  ["SQLITE_FULL", (file) => `The disk that holds ${file} is full: make room on it.`],
  ["SQLITE_BUSY", (file) => `Another process holds ${file}: stop the other daemon, or give this one a --state-dir.`],
  ["SQLITE_READONLY", (file) => `Cannot write ${file}: give it to user postern, on a file system that can be written.`],
  ["SQLITE_CANTOPEN", (file) => `Cannot open ${file}: give it to user postern, mode 0600.`],
  ["SQLITE_NOTADB", (file) => `${file} is no database: move it away and start again.`],
  ["SQLITE_CORRUPT", (file) => `${file} is damaged: move it away and start again.`],
  ["SQLITE_IOERR", (file, code) => `The disk that holds ${file} fails (${code}): replace it.`],
];
