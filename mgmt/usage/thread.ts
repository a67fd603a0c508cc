// The thread of usage: owns its file. It writes once a minute, and makes reports, which may take seconds: nobody who commits waits for it.

import type Database from "better-sqlite3";
import { answerCalls } from "../called-thread.ts";
import { baseline } from "../reports/baseline.ts";
import { topUsage } from "../reports/top-usage.ts";
import { openDatabase, told } from "../store/database.ts";
import type { UsageCalls } from "./calls.ts";
import { usageMigrations } from "./migrations.ts";
import { type UsageTable, usageTable } from "./table.ts";
import type { NamedUsage } from "./usage.ts";

let file = "";
let opened: { readonly database: Database.Database; readonly table: UsageTable } | undefined;
let taken: NamedUsage[] = [];

/** Does something with the open file. A file that was damaged, or is not there, may be put right while the daemon runs. */
function use<T>(action: (table: UsageTable) => T): T {
  if (!opened) {
    const database = openDatabase(file, usageMigrations);
    opened = { database, table: usageTable(database) };
  }
  const { table } = opened;
  return told(file, () => action(table));
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
  save: (minute) => use((table) => table.save(minute, taken)),
  of: (address, minutes) => use((table) => table.of(address, minutes)),
  top: (query) => use((table) => topUsage(table, query)),
  baseline: (query) => use((table) => baseline(table, query)),
});
