// kill -9 of a daemon that is writing.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import test from "ava";
import { storeFile } from "../../mgmt/paths.ts";
import { Store } from "../../mgmt/store/store.ts";
import { configuration, directory } from "./parts.ts";

const BREACHES = 3000;

test("killed again and again while it writes, it leaves each breach as one row, whole, and tells none twice", async (t) => {
  const at = directory(t);
  mkdirSync(join(at, "daemon"));
  writeFileSync(join(at, "startup-config"), configuration());
  const told: string[] = [];

  /** Runs it to its end, or to the moment when it has told `lines` more lines. */
  const runUntil = async (lines: number): Promise<NodeJS.Signals | null> => {
    const child = spawn(process.execPath, [join(import.meta.dirname, "scripted.ts"), at, String(BREACHES)]);
    let said = "";
    child.stderr.pipe(process.stderr);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.split("\n").length > lines) child.kill("SIGKILL");
    });
    const signal = await new Promise<NodeJS.Signals | null>((resolve) => child.on("close", (_, by) => resolve(by)));
    // The line that it was killed in may be cut.
    told.push(...said.split("\n").slice(0, -1));
    return signal;
  };

  let kills = 0;
  for (const lines of [1, 333, 999, 1500]) if ((await runUntil(lines)) === "SIGKILL") kills++;
  t.true(kills >= 3, `it was killed ${kills} times`);
  while ((await runUntil(Number.POSITIVE_INFINITY)) !== null) await delay(10);

  const store = new Store();
  await store.start(storeFile(at));
  t.teardown(() => store.stop());
  const rows = await store.call("recentBreaches", 2 * BREACHES);
  t.is(rows.length, BREACHES);
  t.is(new Set(rows.map(({ subscriber }) => subscriber.address)).size, BREACHES);
  t.true(rows.every(({ endedAt, startEvent, endEvent }) => endedAt !== null && startEvent && endEvent));

  const lines = told
    .filter((line) => / (breach|ended) {2,}/.test(line))
    .map((line) => line.slice("2026-11-22 12:00:00  ".length));
  t.is(new Set(lines).size, lines.length, "no line twice");
  const untold = 2 * BREACHES - lines.length;
  t.log(`${kills} kills: ${untold} of ${2 * BREACHES} lines were saved and not told`);
});
