// Reads the Test Anything Protocol as ava and cmocka 1.1.5 write it.

/** One test, or one check that counts as a test. */
export interface TestResult {
  readonly title: string;
  readonly status: "passed" | "failed" | "skipped";
  /** What the test said of itself, or why it failed; one line an entry. */
  readonly notes: string[];
}

// cmocka writes a skipped test as `not ok 2 # SKIP title`, ava as `ok 2 - title # SKIP`.
const resultLine = /^(not )?ok \d+ ?(?:- )?(.*)$/;
const directive = /^# (SKIP|TODO) | # (SKIP|TODO)$/;
const planLine = /^1\.\.(\d+)$/;
// The header, ava's totals and cmocka's line after each group.
const ignoredLine = /^(TAP version \d+|# (tests|pass|skip|fail) \d+|# (not )?ok - .*|)$/;

function parseResult(failed: boolean, text: string): TestResult {
  if (directive.test(text)) return { title: text.replace(directive, ""), status: "skipped", notes: [] };
  return { title: text, status: failed ? "failed" : "passed", notes: [] };
}

/** The results in `text`; tests that were planned and never reported are one failed result. */
export function parseTap(text: string): TestResult[] {
  const results: TestResult[] = [];
  let planned = 0;
  for (const line of text.split("\n")) {
    const result = resultLine.exec(line);
    const plan = planLine.exec(line);
    if (result) results.push(parseResult(result[1] !== undefined, result[2] ?? ""));
    else if (plan) planned += Number(plan[1]);
    else if (!ignoredLine.test(line)) results.at(-1)?.notes.push(line.replace(/^#\s*/, ""));
  }
  const unreported = planned - results.length;
  if (unreported > 0) results.push({ title: `planned and never ran: ${unreported}`, status: "failed", notes: [] });
  return results;
}
