// A step of `npm test` and `npm run check`, and how its result is told.
import type { Finished } from "./run.ts";
import type { TestResult } from "./tap.ts";

export interface Step {
  readonly name: string;
  run(): Promise<TestResult[]>;
}

/** The last lines of a tool's output: enough to see what went wrong. */
export function tail(finished: Finished): string[] {
  return `${finished.stdout}\n${finished.stderr}`.trim().split("\n").slice(-60);
}

/** A whole tool as one test. */
export function asTest(title: string, finished: Finished): TestResult {
  if (finished.ok) return { title, status: "passed", notes: [] };
  return { title: `${title}: ${finished.ending}`, status: "failed", notes: tail(finished) };
}

function describe(results: readonly TestResult[], took: number): string {
  const count = (status: TestResult["status"]) => results.filter((result) => result.status === status).length;
  const skipped = count("skipped") > 0 ? `, ${count("skipped")} skipped` : "";
  return `${count("passed")} passed, ${count("failed")} failed${skipped} (${(took / 1000).toFixed(1)} s)`;
}

/** What a step found; a step that finds no test to run, or cannot run, has failed. */
async function resultsOf(step: Step): Promise<TestResult[]> {
  const results = await step.run().catch((error: unknown): TestResult[] => {
    return [{ title: `${step.name} could not run`, status: "failed", notes: [String(error)] }];
  });
  if (results.length > 0) return results;
  return [{ title: `${step.name} found nothing to run`, status: "failed", notes: [] }];
}

async function runStep(step: Step): Promise<TestResult[]> {
  const began = performance.now();
  process.stdout.write(`${step.name}: `);
  const results = await resultsOf(step);
  console.log(describe(results, performance.now() - began));
  for (const { title, status, notes } of results) {
    if (status === "failed") console.log([`  FAILED ${title}`, ...notes].join("\n    "));
    else if (status === "passed" && notes.length > 0) console.log([`  ${title}`, ...notes].join("\n    "));
  }
  return results;
}

/** Runs the steps in order, prints what they found, ends with `N passed, N failed`, and sets the exit status. */
export async function runSteps(steps: readonly Step[]): Promise<void> {
  const results: TestResult[] = [];
  for (const step of steps) results.push(...(await runStep(step)));
  const withStatus = (status: TestResult["status"]) => results.filter((result) => result.status === status);
  const skipped = withStatus("skipped").map((result) => result.title);
  const failed = withStatus("failed").length;
  console.log(skipped.length > 0 ? `${skipped.length} skipped: ${skipped.join("; ")}` : "none skipped");
  console.log(`${withStatus("passed").length} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
