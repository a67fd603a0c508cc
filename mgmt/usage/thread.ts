// The thread of usage: owns its file. It writes once a minute, and makes reports, which may take seconds: nobody who commits waits for it.

import type Database from "better-sqlite3";
import { answerCalls } from "../called-thread.ts";
import { baseline } from "../reports/baseline.ts";
import { topUsage } from "../reports/top-usage.ts";
import { openDatabase, told, toldLater } from "../store/database.ts";
import { Turns } from "../turns.ts";
import type { UsageCalls } from "./calls.ts";
import { usageMigrations } from "./migrations.ts";
import { type UsageTable, usageTable } from "./table.ts";
import type { NamedUsage, UsageMinute } from "./usage.ts";

let file = "";
let opened: { readonly database: Database.Database; readonly table: UsageTable } | undefined;
let taken: NamedUsage[] = [];

/** One at a time: each keeps a sum of every subscriber. */
const reports = new Turns();
let isReporting = false;

/** The open file's. A file that was damaged, or is not there, may be put right while the daemon runs. */
function table(): UsageTable {
  if (!opened) {
    const database = openDatabase(file, usageMigrations);
    opened = { database, table: usageTable(database) };
  }
  return opened.table;
}

function use<T>(action: (table: UsageTable) => T): T {
  const used = table();
  return told(file, () => action(used));
}

/** What a report has added up it subtracts again, minute by minute: so nothing is forgotten while it runs, but before it. */
function report<T>(make: (table: UsageTable) => Promise<T>): Promise<T> {
  return reports.take(async () => {
    use((table) => table.forget());
    const used = table();
    isReporting = true;
    try {
      return await toldLater(file, () => make(used));
    } finally {
      isReporting = false;
    }
  });
}

function save(minute: UsageMinute): void {
  use((table) => table.save(minute, taken));
  if (!isReporting) use((table) => table.forget());
}

answerCalls<UsageCalls>({
  begin(path) {
    file = path;
  },
  close() {
    opened?.database.close();
    opened = undefined;
  },
  take(part, isFirst) {
    if (isFirst) taken = [];
    taken.push(...part);
  },
  save,
  of: (address, minutes) => use((table) => table.of(address, minutes)),
  top: (query) => report((table) => topUsage(table, query)),
  baseline: (query) => report((table) => baseline(table, query)),
});
