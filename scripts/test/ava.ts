// The TypeScript tests, in two passes: those of the lab share the machine's ports and processor, so they run one by one.
import { run } from "./run.ts";
import { asTest, type Step } from "./step.ts";
import { parseTap } from "./tap.ts";

function avaStep(name: string, args: readonly string[], timeoutSeconds: number): Step {
  return {
    name,
    async run() {
      const finished = await run("ava", ["--tap", ...args], { timeoutSeconds });
      const results = parseTap(finished.stdout);
      if (finished.ok || results.some((result) => result.status === "failed")) return results;
      return [...results, asTest("ava", finished)];
    },
  };
}

/** ava's own --timeout is for a silence between two tests' ends. */
export const avaTests: readonly Step[] = [
  avaStep("ava", ["--timeout=60s", "test/**/*.test.ts", "!test/lab/**"], 600),
  avaStep("ava, lab", ["--timeout=180s", "--serial", "--concurrency=1", "test/lab/**/*.test.ts"], 1200),
];
