// The daemon's process: command line, privileges, signals, exit status.

import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { App, type AppOptions } from "./app.ts";
import { NativeEngine } from "./engine/native_engine.ts";
import { outputText } from "./log/line.ts";
import { Log } from "./log/log.ts";
import { RESTART_STATUS } from "./operations/restart.ts";
import { optionsOf, usage } from "./options.ts";
import { daemonDirectory } from "./paths.ts";
import { confine, daemonAccount } from "./privileges.ts";
import { Sentence } from "./sentence.ts";
import { Store } from "./store/store.ts";
import { NameStore } from "./subscribers/names/store.ts";
import { readMachine } from "./system/machine.ts";
import { UsageHistory } from "./usage/history.ts";

/** What hangs then, a dead disk or a fast path that does not answer, is left as kill -9 would leave it. */
const STOP_MS = 800;

/** Returns the exit status. */
async function serve(options: AppOptions): Promise<number> {
  // Before confine(): the kernel tells serial numbers to root only.
  const machine = await readMachine();
  const engine = new NativeEngine(options.runDirectory);
  const store = new Store();
  const history = new UsageHistory();
  const names = new NameStore();
  // All code is loaded by now: the account that the daemon becomes need not be able to read it.
  await Promise.all([store.load(), history.load(), names.load()]);
  confine(daemonAccount, {
    run: options.runDirectory,
    sockets: daemonDirectory(options.runDirectory),
    state: options.stateDirectory,
  });

  const clock = { now: Date.now, nowMs: () => engine.nowMs() };
  const log = new Log({ clock, write: (line) => process.stdout.write(`${outputText(line)}\n`) });
  const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const restart = Promise.withResolvers<number>();
  const asked = Promise.race([endAsked(), restart.promise]);
  const ends = () => restart.resolve(RESTART_STATUS);
  const app = new App(options, { engine, store, history, names, clock, log, bootId, machine, restart: ends });
  const started = app.start();
  process.on("SIGHUP", () => {
    // A start that failed is told below.
    void started.then(
      () => app.load(),
      () => {},
    );
  });
  await started;
  const made = app.makeFirstAdministrator(print);
  const status = await Promise.race([asked, made.then(() => asked)]);
  await Promise.race([app.stop(), delay(STOP_MS)]);
  return status;
}

/** Rejects with a Sentence when nobody reads it. */
function print(text: string): Promise<void> {
  const unread = new Sentence("Standard output takes nothing: start the daemon with one that somebody reads.");
  return new Promise((resolve, reject) => process.stdout.write(text, (error) => (error ? reject(unread) : resolve())));
}

function endAsked(): Promise<number> {
  return new Promise((resolve) => process.once("SIGTERM", () => resolve(0)).once("SIGINT", () => resolve(0)));
}

// Whoever read the lines may go: the daemon goes on without him.
process.stdout.on("error", () => {});

try {
  const options = optionsOf(process.argv.slice(2));
  if (!options) process.stdout.write(usage);
  process.exit(options ? await serve(options) : 0);
} catch (error) {
  if (!(error instanceof Sentence)) throw error;
  process.stderr.write(`postern daemon: ${error.message}\n`);
  process.exit(1);
}
