// What a detector is known by, typed in every way.
import test from "ava";
import { type Candidate, emptyConfiguration } from "../../mgmt/config/configuration.ts";
import { amend } from "../../mgmt/config/parse.ts";
import { linesOf } from "../../mgmt/config/render.ts";

const inPackage = ["package 0", "mass-mailing service smtp"];

/** The detectors that are left once all has been typed, or what is wrong. */
function typed(...lines: readonly string[]): string[] {
  const candidate: Candidate = emptyConfiguration();
  for (const line of lines) {
    const [error] = amend(candidate, [...inPackage, line]);
    if (error) return [error.message];
  }
  const [packageLine] = linesOf(candidate)
    .flat()
    .filter(({ slot }) => slot === "package 0");
  return packageLine?.children.flatMap(({ children }) => children.map(({ text }) => text)) ?? [];
}

const fixed = "detect sessions 10 period 60 window fixed action report";
const sliding = "detect sessions 10 period 60 window sliding action report";
const established = "detect sessions 10 period 60 window fixed count established action report";

test("windows and counts of one period stand side by side", (t) => {
  t.deepEqual(typed(sliding, established, fixed), [fixed, established, sliding]);
});

test("a detector typed again with another threshold, hold or action is the same one, changed", (t) => {
  const changed = "detect sessions 20 period 60 window sliding hold 30 action report block cut";
  t.deepEqual(typed(fixed, sliding, changed), [fixed, changed]);
  t.deepEqual(typed(changed, "detect sessions 10 period 60 window sliding"), [sliding]);
});

test("what is left out is the default, also where a detector is taken back", (t) => {
  for (const line of [
    "detect sessions 10 period 60",
    "detect sessions 10 period 60 window fixed",
    "detect sessions 10 period 60 hold 0 count attempts action report",
  ]) {
    t.deepEqual(typed(line), [fixed], line);
  }
  for (const line of [
    "no detect sessions period 60",
    "no detect sessions period 60 count attempts",
    "default detect sessions period 60 window fixed",
    "no detect sessions 10 period 60",
    "no detect sessions 10 period 60 hold 0 action report",
    `no ${fixed}`,
  ]) {
    t.deepEqual(typed(fixed, sliding, established, line), [established, sliding], line);
  }
});

test("a detector is taken back by all that it says, and not by something else", (t) => {
  for (const line of ["no detect sessions 11 period 60", "no detect sessions 10 period 60 hold 1"]) {
    t.deepEqual(typed(fixed, line), [`The line says something else: ${fixed}.`], line);
  }
});
