// kill -9 in the middle of what changes the configuration, at every system call that it makes.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { parseConfiguration } from "../../mgmt/config/parse.ts";
import { renderConfiguration } from "../../mgmt/config/render.ts";
import { CONFIRM_MINUTES, killedAtEachCall, type Start } from "./killed.ts";

function directory(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), "postern-crash-"));
  t.teardown(() => rmSync(path, { recursive: true }));
  return path;
}

/** As many startup files that were replaced are kept (mgmt/config/startup-file.ts). */
const GENERATIONS_KEPT = 5;

/** As it is printed: of several pages of the store, no two rounds alike in any. */
function text(round: number): string {
  const prefixes = Array.from({ length: 300 }, (_, index) => ` ip 10.${round}.${index >> 4}.${(index & 15) << 4}/28`);
  const parsed = parseConfiguration([`hostname r${round}`, "zone home", ...prefixes].join("\n"));
  if ("errors" in parsed) throw new Error(parsed.errors[0]?.message);
  return renderConfiguration(parsed.configuration);
}

const sameBoot = (): Start => ({ bootId: "boot", later: 0 });
/** Nobody confirms what waits. */
const afterDeadline = (round: number): Start => ({ bootId: "boot", later: round * (CONFIRM_MINUTES + 1) });
const otherBoot = (round: number): Start => ({ bootId: `boot ${round}`, later: 0 });

test("a commit that is killed leaves the old configuration or the new one; one that was answered, the new one", async (t) => {
  const kills = await killedAtEachCall({
    directory: directory(t),
    start: sameBoot,
    prepare: async () => {},
    operation: (round) => ({ ask: "commit", text: text(round) }),
    async judge({ running }, { round, before, answered }) {
      t.true(running === text(round) || (!answered && running === before.running));
    },
  });
  t.log(kills);
  t.true((kills.pwrite64 ?? 0) > 1 && (kills.fsync ?? 0) > 0);
});

test("a save that is killed leaves the old startup file or the new one, and the appliance starts with it", async (t) => {
  const at = directory(t);
  const saved = () => readFile(join(at, "startup-config"), "utf8");
  let old = "";
  const kills = await killedAtEachCall({
    directory: at,
    start: otherBoot,
    async prepare(keeper, round) {
      // Each traced save finds as many earlier files as are kept.
      for (let before = round === 0 ? -GENERATIONS_KEPT - 1 : 0; before < 0; before++) {
        await keeper.ask({ ask: "commit", text: text(100 - before) });
        await keeper.ask({ ask: "save" });
      }
      old = await saved();
      await keeper.ask({ ask: "commit", text: text(round) });
    },
    operation: () => ({ ask: "save" }),
    async judge({ running, alarm }, { round, answered }) {
      const file = await saved();
      t.true(file === text(round) || (!answered && file === old));
      t.is(running, file);
      t.is(alarm, null);
      const earlier = readdirSync(at).filter((name) => /^startup-config\.~\d+~$/.test(name));
      t.true(answered ? earlier.length === GENERATIONS_KEPT : earlier.length >= GENERATIONS_KEPT);
    },
  });
  t.log(kills);
  for (const call of ["write", "fsync", "rename", "unlink"]) t.true((kills[call] ?? 0) > 0, call);
});

test("a commit to be confirmed that is killed is undone when nobody confirms it", async (t) => {
  const kills = await killedAtEachCall({
    directory: directory(t),
    start: afterDeadline,
    prepare: async () => {},
    operation: (round) => ({ ask: "commitConfirmed", text: `hostname r${round}` }),
    async judge({ running, pending }, { before }) {
      t.is(running, before.running);
      t.false(pending);
    },
  });
  t.log(kills);
});

test("a confirmation that is killed leaves what waited confirmed, or undone in time; one that was answered, confirmed", async (t) => {
  const kills = await killedAtEachCall({
    directory: directory(t),
    start: afterDeadline,
    prepare: async (keeper, round) => {
      await keeper.ask({ ask: "commit", text: text(round) });
      await keeper.ask({ ask: "commitConfirmed", text: `hostname confirmed-${round}` });
    },
    operation: () => ({ ask: "confirm" }),
    async judge({ running, pending }, { round, before, answered }) {
      t.true(running === before.running || (!answered && running === text(round)));
      t.false(pending);
    },
  });
  t.log(kills);
});

test("an undoing that is killed is done in time", async (t) => {
  const kills = await killedAtEachCall({
    directory: directory(t),
    start: afterDeadline,
    prepare: async (keeper, round) => {
      await keeper.ask({ ask: "commit", text: text(round) });
      await keeper.ask({ ask: "commitConfirmed", text: `hostname wrong-${round}` });
    },
    operation: () => ({ ask: "revert" }),
    async judge({ running, pending }, { round }) {
      t.is(running, text(round));
      t.false(pending);
    },
  });
  t.log(kills);
});
