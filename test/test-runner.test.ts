// The test runner itself: a result that it misread would make every other test worthless.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import test from "ava";
import { parseTap } from "../scripts/test/tap.ts";

const stepModule = join(import.meta.dirname, "../scripts/test/step.ts");

function statuses(text: string): string[] {
  return parseTap(text).map(({ status, title }) => `${status} ${title}`);
}

test("ava's results are read with their logs, skips and errors", (t) => {
  const text = `TAP version 13
ok 1 - the tenth passes
#   gap 3 ms
ok 2 - captures are not there # SKIP
not ok 3 - the eleventh is refused
  ---
    name: AssertionError
  ...

1..3
# tests 3
# pass 1
# skip 1
# fail 1
`;
  t.deepEqual(parseTap(text), [
    { title: "the tenth passes", status: "passed", notes: ["gap 3 ms"] },
    { title: "captures are not there", status: "skipped", notes: [] },
    {
      title: "the eleventh is refused",
      status: "failed",
      notes: ["  ---", "    name: AssertionError", "  ..."],
    },
  ]);
});

test("cmocka's groups are read, and its `not ok # SKIP` is a skip", (t) => {
  const text = `1..2
ok 1 - one_is_one
not ok 2 # SKIP needs_huge_pages
# ok - first
1..1
not ok 1 - one_is_two
# 0x1 != 0x2
# not ok - second
`;
  t.deepEqual(statuses(text), ["passed one_is_one", "skipped needs_huge_pages", "failed one_is_two"]);
  t.deepEqual(parseTap(text)[2]?.notes, ["0x1 != 0x2"]);
});

test("planned tests that never ran are a failure", (t) => {
  t.deepEqual(statuses("1..3\nok 1 - a\n"), ["passed a", "failed planned and never ran: 2"]);
});

test("a step with no test, and one that throws, fail the whole run; the last line tells the true counts", (t) => {
  const script = `
    import { runSteps } from ${JSON.stringify(stepModule)};
    await runSteps([
      { name: "empty", run: async () => [] },
      { name: "broken", run: async () => { throw new Error("no such tool"); } },
      { name: "good", run: async () => [
        { title: "a", status: "passed", notes: [] },
        { title: "b (needs a capture)", status: "skipped", notes: [] },
      ] },
    ]);`;
  const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
  });
  t.is(status, 1);
  t.deepEqual(stdout.trim().split("\n").slice(-2), ["1 skipped: b (needs a capture)", "1 passed, 2 failed"]);
  t.regex(stdout, /no such tool/);
});
