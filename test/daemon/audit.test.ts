// Who did what: in the store, in the log.
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import Database from "better-sqlite3";
import { auditLines } from "../../cli/views/audit.ts";
import type { Mnemonic } from "../../mgmt/log/mnemonics.ts";
import { Auditor } from "../../mgmt/operations/auditor.ts";
import type { AuditEntry } from "../../mgmt/operations/operation.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { auditTable } from "../../mgmt/store/audit-table.ts";
import { openDatabase } from "../../mgmt/store/database.ts";
import { Store } from "../../mgmt/store/store.ts";
import { directory } from "./parts.ts";

const AT = new Date(2026, 10, 22, 12, 0, 3).getTime();

function entry(changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    ...{
      at: AT,
      user: "alice",
      from: "console",
      level: 10,
      operation: "configuration.line",
      text: 'hostname "edge-1"',
    },
    ...{ outcome: "done", reason: "", revision: 12 },
    ...changes,
  };
}

async function auditing(t: ExecutionContext) {
  const store = new Store();
  await store.start(join(directory(t), "store"));
  t.teardown(() => store.stop());
  const lines: string[] = [];
  const log = { say: (mnemonic: Mnemonic, text: string) => void lines.push(`${mnemonic}: ${text}`) };
  return { store, log, lines, auditor: new Auditor({ store, log }) };
}

test("what was audited is found again, the latest first", async (t) => {
  const { store, auditor } = await auditing(t);
  const entries = [
    entry(),
    entry({ outcome: "refused", reason: "Zone home does not exist.", revision: null }),
    entry({ outcome: "denied", reason: "Level 10 is needed.", revision: null, level: 5, from: "192.0.2.7" }),
  ];
  for (const each of entries) await auditor.write(each);
  t.deepEqual(await store.call("recentAudit", 10), entries.toReversed());
  t.deepEqual(await store.call("recentAudit", 1), entries.slice(-1));
});

test("each entry is a line of the log", async (t) => {
  const { auditor, lines } = await auditing(t);
  await auditor.write(entry());
  await auditor.write(entry({ text: "", operation: "log.clear", revision: null }));
  await auditor.write(entry({ outcome: "denied", reason: "Level 10 is needed.", level: 5, revision: null }));
  t.deepEqual(lines, [
    'AUDIT: alice from console, level 10: configuration.line: hostname "edge-1"; done, revision 12',
    "AUDIT: alice from console, level 10: log.clear; done",
    'AUDIT_DENIED: alice from console, level 5: configuration.line: hostname "edge-1"; denied: Level 10 is needed.',
  ]);
});

test("a store that takes nothing costs the rows, is told once, and so is its recovery", async (t) => {
  const { lines, log } = await auditing(t);
  let full = true;
  const store = {
    call: async () => {
      if (full) throw new Sentence("The disk is full: make room on it.");
    },
  } as unknown as Store;
  const auditor = new Auditor({ store, log });
  await auditor.write(entry());
  await auditor.write(entry());
  full = false;
  await auditor.write(entry());
  t.deepEqual(
    lines.filter((line) => !line.startsWith("AUDIT")),
    [
      "STORE: The disk is full: make room on it. Until then only the log has what people do.",
      "STORE_END: The audit is saved again.",
    ],
  );
});

test("a text of many lines is one, and no longer than a row may be", async (t) => {
  const { store, auditor } = await auditing(t);
  await auditor.write(entry({ text: `one\n  two${"x".repeat(5000)}` }));
  const [kept] = await store.call("recentAudit", 1);
  t.regex(kept?.text ?? "", /^one twox+$/);
  t.is(kept?.text.length, 1000);
});

test("only the latest rows are kept", (t) => {
  const database = openDatabase(join(directory(t), "store"));
  t.teardown(() => database.close());
  const table = auditTable(database, 10);
  for (let n = 1; n <= 35; n++) table.save(entry({ revision: n }));
  const kept = table.recent(100).map(({ revision }) => revision);
  t.deepEqual(kept, [35, 34, 33, 32, 31, 30, 29, 28, 27, 26]);
  t.is(database.prepare("SELECT count(*) FROM audit").pluck().get(), 10);
});

test("a row of another shape is refused by the table itself", (t) => {
  const file = join(directory(t), "store");
  openDatabase(file).close();
  const database = new Database(file);
  t.teardown(() => database.close());
  const insert = database.prepare(
    "INSERT INTO audit (at, user, origin, level, operation, text, outcome, reason) VALUES (?, 'a', '', 0, '', '', ?, '')",
  );
  t.throws(() => insert.run("yesterday", "done"));
  t.throws(() => insert.run(1, "perhaps"));
  t.notThrows(() => insert.run(1, "done"));
});

test("show audit has the latest last, with the reason of what was not done", (t) => {
  const entries = [
    entry(),
    entry({ outcome: "refused", reason: "Zone home does not exist.", revision: null, user: "bo" }),
  ];
  t.deepEqual(auditLines(entries.toReversed()), [
    "TIME                 USER   LEVEL  FROM     OUTCOME  REVISION  WHAT",
    '2026-11-22 12:00:03  alice  10     console  done     12        configuration.line: hostname "edge-1"',
    '2026-11-22 12:00:03  bo     10     console  refused  -         configuration.line: hostname "edge-1": Zone home does not exist.',
  ]);
});
