// An appliance without users makes one at its first start, whose password is told once, and never again.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import test, { type ExecutionContext } from "ava";
import { ClearText } from "../../cli/grammar/secret.ts";
import { verifySecret } from "../../mgmt/access/secret.ts";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import { consoleSocket } from "../../mgmt/paths.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { configuration, type Daemon, daemon, directory } from "../daemon/parts.ts";

/** "fifteen-fifteen" in few rounds. */
const HASH = "$scrypt$ln=10,r=8,p=1$Dw8PDw8PDw8PDw8PDw8PDw$6DXi5Wr4xXOOilWSHhGIwwyXT49xjgN6oNCUYgrLAow";

const withUser = (name: string) => `username ${name} privilege 15 secret 9 ${HASH}\n${configuration()}`;

interface Started extends Daemon {
  readonly printed: string[];
  /** What the daemon does when it is started; `print`: to standard output. */
  first(print?: () => Promise<void>): Promise<void>;
}

/** A daemon in a directory that one before may have used. */
async function started(
  t: ExecutionContext,
  startup = configuration(),
  at = directory(t),
  bootId = "boot-1",
): Promise<Started> {
  const made = daemon(t, at, new FakeEngine(), bootId);
  made.write(startup);
  await made.app.start();
  const printed: string[] = [];
  const first = (print = async () => {}) =>
    made.app.makeFirstAdministrator((text) => {
      printed.push(text);
      return print();
    });
  return { ...made, printed, first };
}

/** The daemon after this one, with the startup file as it was left: by default the machine was not restarted. */
async function restarted(
  t: ExecutionContext,
  { app, directory, configurationFile }: Started,
  bootId?: string,
): Promise<Started> {
  await app.stop();
  return started(t, readFileSync(configurationFile, "utf8"), directory, bootId);
}

/** So that the startup file cannot be written; returns what lets it be written again. */
function unwritable({ configurationFile }: Started): () => void {
  const fresh = `${configurationFile}.new`;
  mkdirSync(`${fresh}/x`, { recursive: true });
  return () => rmSync(fresh, { recursive: true });
}

const passwordIn = (printed: readonly string[]) => /Password : (\S+) /.exec(printed.join(""))?.[1] ?? "";

const secretIn = (file: string) =>
  /^username admin privilege 15 secret 9 (\S+)$/m.exec(readFileSync(file, "utf8"))?.[1];

const isSaved = ({ configurationFile }: Started, password: string) =>
  verifySecret(secretIn(configurationFile), new ClearText(password));

/** At the console, by whoever runs the test. Returns what is shown. */
function typed({ runDirectory }: Started, keys: string): Promise<string> {
  const hello = { term: "dumb", columns: 80, rows: 24, interactive: false };
  const socket = connect(consoleSocket(runDirectory));
  socket.end([{ hello }, { in: keys }].map((message) => `${JSON.stringify(message)}\n`).join(""));
  return text(socket);
}

test("the first start makes an administrator, saves him and shows his password, which is told nowhere else", async (t) => {
  const made = await started(t);
  await made.first();
  const password = passwordIn(made.printed);
  t.regex(password, /^[a-hj-km-np-z2-9]{4}(-[a-hj-km-np-z2-9]{4}){4}$/);
  t.deepEqual(made.printed.join("").replace(password, "xxxx-xxxx-xxxx-xxxx-xxxx").split("\n"), [
    "",
    "+--------------------------------------------+",
    "| The first start has made an administrator. |",
    "|                                            |",
    "|   User     : admin                         |",
    "|   Password : xxxx-xxxx-xxxx-xxxx-xxxx      |",
    "|                                            |",
    "| The password is not shown again.           |",
    "+--------------------------------------------+",
    "",
    "",
  ]);
  t.true(await isSaved(made, password));
  const audited = await made.store.call("recentAudit", 10);
  t.like(audited, [
    { user: "system", from: "first start", operation: "configuration.save" },
    { user: "system", from: "first start", operation: "configuration.line", outcome: "done" },
  ]);
  t.false([...made.lines, JSON.stringify(audited)].join("").includes(password));
});

test("a later start makes none, also when all users were removed", async (t) => {
  const first = await started(t);
  await first.first();
  const second = await restarted(t, first);
  await second.first();
  t.deepEqual(second.printed, []);
  t.true(await isSaved(second, passwordIn(first.printed)));
  await second.app.stop();
  const third = await started(t, configuration(), second.directory);
  await third.app.load();
  await third.first();
  t.deepEqual(third.printed, []);
  t.is(secretIn(third.configurationFile), undefined);
});

test("one whose password was not told gets another at the next start, and the first is good no more", async (t) => {
  const dying = await started(t);
  // As if it were killed meanwhile: what follows the print does not happen.
  void dying.first(() => new Promise(() => {}));
  while (dying.printed.length === 0) await new Promise(setImmediate);
  const next = await restarted(t, dying);
  await next.first();
  t.is(next.printed.length, 1);
  t.true(await isSaved(next, passwordIn(next.printed)));
  t.false(await isSaved(next, passwordIn(dying.printed)));
});

test("when nobody reads standard output the next start tells another password", async (t) => {
  const unread = await started(t);
  await unread.first(() => Promise.reject(new Sentence("Standard output takes nothing.")));
  t.is(unread.lines.at(-1), "There is no first administrator yet: Standard output takes nothing.");
  const next = await restarted(t, unread);
  await next.first();
  t.true(await isSaved(next, passwordIn(next.printed)));
});

test("when the daemon died before he was in the configuration, the next start makes him", async (t) => {
  const made = await started(t);
  await made.store.call("setFirstAdministrator", { secret: HASH, toldAt: null, unsavedIn: null });
  await made.first();
  t.true(await isSaved(made, passwordIn(made.printed)));
});

test("an administrator of this name with a password of his own is left alone, told or not", async (t) => {
  const made = await started(t, withUser("admin"));
  const other = HASH.replace("Dw8P", "Dw8Q");
  await made.store.call("setFirstAdministrator", { secret: other, toldAt: null, unsavedIn: null });
  await made.first();
  t.deepEqual(made.printed, []);
});

test("an appliance with users gets none", async (t) => {
  const made = await started(t, withUser("bob"));
  await made.first();
  t.deepEqual(made.printed, []);
  t.is(secretIn(made.configurationFile), undefined);
});

test("while nothing is in force nobody is made: the fast path keeps what it has", async (t) => {
  const made = await started(t, "nonsense\n");
  await made.first();
  t.deepEqual(made.printed, []);
  t.is(readFileSync(made.configurationFile, "utf8"), "nonsense\n");
});

test("when the startup file cannot be written he is there, and the log says that he is not saved", async (t) => {
  const made = await started(t);
  rmSync(made.configurationFile);
  mkdirSync(made.configurationFile);
  await made.first();
  t.is(made.printed.length, 1);
  t.regex(
    made.lines.at(-1) ?? "",
    /^The first administrator is not in the startup file: .* Then type "write memory"\.$/,
  );
});

test("one who could not be saved is made anew when the machine was restarted, until he is saved", async (t) => {
  const unsaved = await started(t);
  unwritable(unsaved);
  await unsaved.first();
  const sameRun = await restarted(t, unsaved);
  await sameRun.first();
  t.deepEqual(sameRun.printed, [], "he is in force still");

  const next = await restarted(t, sameRun, "boot-2");
  const letWrite = unwritable(next);
  await next.first();
  t.is(next.printed.length, 1);
  letWrite();
  const last = await restarted(t, next, "boot-3");
  await last.first();
  t.true(await isSaved(last, passwordIn(last.printed)));
  t.not(passwordIn(last.printed), passwordIn(next.printed));

  last.write(configuration());
  const after = await restarted(t, last, "boot-4");
  await after.first();
  t.deepEqual(after.printed, []);
});

test("one who could not be saved is not made anew when an operator removed him, or saved without him", async (t) => {
  const unsaved = await started(t);
  const letWrite = unwritable(unsaved);
  await unsaved.first();
  await unsaved.app.load();
  const sameRun = await restarted(t, unsaved);
  await sameRun.first();
  t.deepEqual(sameRun.printed, []);
  letWrite();
  t.regex(await typed(sameRun, "write memory\n"), /\[OK\]/);
  const next = await restarted(t, sameRun, "boot-2");
  await next.first();
  t.deepEqual(next.printed, []);
});

test("what others left unsaved is not saved with him", async (t) => {
  const made = await started(t);
  const text = configuration({ threshold: 20 });
  made.write(text);
  await made.first();
  t.is(made.printed.length, 1);
  t.is(readFileSync(made.configurationFile, "utf8"), text);
  t.regex(
    made.lines.at(-1) ?? "",
    /: The configuration in force has other changes that nobody saved: look at them\. Then/,
  );
});
