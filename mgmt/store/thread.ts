// The store's thread: owns the database, answers one request after the other.

import { parentPort } from "node:worker_threads";
import Database from "better-sqlite3";
import { preparePolicy } from "../policy/prepare.ts";
import { Sentence } from "../sentence.ts";
import { type BreachTable, breachTable } from "./breach-table.ts";
import { READY, type Request, type Response, type StoreCall, type StoreCalls } from "./calls.ts";
import { openDatabase, told } from "./database.ts";
import { type IdTable, idTable } from "./id-table.ts";
import { type RevisionTable, revisionTable } from "./revision-table.ts";

interface Opened {
  readonly file: string;
  readonly database: Database.Database;
  readonly breaches: BreachTable;
  readonly revisions: RevisionTable;
  readonly ids: IdTable;
}

let opened: Opened | undefined;

function open(file: string): void {
  const database = openDatabase(file);
  opened = {
    file,
    database,
    breaches: breachTable(database),
    revisions: revisionTable(database),
    ids: idTable(database),
  };
}

function close(): void {
  opened?.database.close();
  opened = undefined;
}

/** Does something with the open store. */
function use<T>(action: (store: Opened) => T): T {
  const store = opened;
  if (!store) throw new Error("The store is not open.");
  return told(store.file, () => action(store));
}

const calls: StoreCalls = {
  open,
  close,
  saveBreaches: (breaches, places) => use((store) => store.breaches.save(breaches, places)),
  unendedBreaches: (endedAt) => use((store) => store.breaches.unended(endedAt)),
  recentBreaches: (limit) => use((store) => store.breaches.recent(limit)),
  eventPlaces: () => use((store) => store.breaches.places()),
  latestRevision: () => use((store) => store.revisions.latest()),
  saveRevision: (revision) => use((store) => store.revisions.save(revision)),
  preparePolicy: (text) => use(({ ids, revisions }) => preparePolicy(text, ids, revisions.latest())),
};

function respond({ id, call, args }: Request): Response {
  const run: (...args: never[]) => unknown = calls[call satisfies StoreCall];
  try {
    return { id, value: run(...(args as never[])) };
  } catch (error) {
    const expected = error instanceof Sentence;
    return { id, expected, error: expected ? error.message : String((error as Error).stack ?? error) };
  }
}

// SQLite's own library is loaded with the first database.
new Database(":memory:").close();
parentPort?.on("message", (request: Request) => parentPort?.postMessage(respond(request)));
parentPort?.postMessage(READY);
