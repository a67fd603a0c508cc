// The C tests: cmocka executables that meson knows, built with a sanitizer.
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "./meson.ts";
import { root, run } from "./run.ts";
import { asTest, type Step } from "./step.ts";
import { parseTap, type TestResult } from "./tap.ts";

interface Sanitizer {
  readonly buildDirectory: string;
  /** meson's b_sanitize. */
  readonly sanitize: string;
  /** More options of ours for meson. */
  readonly options?: readonly string[];
  /** Which of the registered tests it runs: suite `tsan` is for the thread sanitizer, all others are not. */
  readonly select: readonly string[];
}

/** A line of meson's testlog.json: one executable. */
interface MesonTest {
  readonly name: string;
  readonly result: string;
  readonly stdout: string;
  readonly stderr?: string;
}

/** The cases inside one executable, and a failure of the whole if it crashed, was too slow or a sanitizer spoke. */
function resultsOf({ name, result, stdout, stderr = "" }: MesonTest): TestResult[] {
  const executable = name.replace(/^.* \/ /, "");
  const cases = parseTap(stdout).map((test): TestResult => ({ ...test, title: `${executable}: ${test.title}` }));
  const notes = stderr.trim().split("\n").slice(-60);
  if (cases.length === 0) {
    return [{ title: `${executable} ended with ${result} and reported no test`, status: "failed", notes }];
  }
  const failedByItself = stderr === "" && cases.some((test) => test.status === "failed");
  if (result === "OK" || failedByItself) return cases;
  return [...cases, { title: `${executable} ended with ${result}`, status: "failed", notes }];
}

async function runTests({ buildDirectory, select }: Sanitizer): Promise<TestResult[]> {
  const log = join(root, buildDirectory, "meson-logs/testlog.json");
  await rm(log, { force: true });
  const test = await run("meson", ["test", "-C", buildDirectory, "--no-rebuild", "--timeout-multiplier=4", ...select], {
    env: { CMOCKA_MESSAGE_OUTPUT: "TAP" },
  });
  if (!existsSync(log)) return test.ok ? [] : [asTest("meson test", test)];
  const lines = (await readFile(log, "utf8")).trim().split("\n");
  return lines.flatMap((line) => resultsOf(JSON.parse(line) as MesonTest));
}

function sanitizerStep(name: string, sanitizer: Sanitizer): Step {
  return {
    name,
    async run() {
      const broken = await build({
        directory: sanitizer.buildDirectory,
        options: [`-Db_sanitize=${sanitizer.sanitize}`, "-Db_ndebug=false", ...(sanitizer.options ?? [])],
      });
      return broken ? [broken] : runTests(sanitizer);
    },
  };
}

export const nativeTests: readonly Step[] = [
  sanitizerStep("C tests, address and undefined behaviour", {
    buildDirectory: "build-asan",
    sanitize: "address,undefined",
    options: ["-Dfaults=true"],
    select: ["--no-suite", "tsan"],
  }),
  sanitizerStep("C tests, threads", { buildDirectory: "build-tsan", sanitize: "thread", select: ["--suite", "tsan"] }),
];
