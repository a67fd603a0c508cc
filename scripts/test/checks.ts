// The checks that read the source and run nothing.
import { glob } from "node:fs/promises";
import { root, run } from "./run.ts";
import { asTest, type Step } from "./step.ts";

const nativeFolders = "{bench,dataplane,lab,test}";

function check(name: string, command: string, args: readonly string[], files?: string): Step {
  return {
    name,
    async run() {
      const paths = files === undefined ? [] : await Array.fromAsync(glob(files, { cwd: root }));
      if (files !== undefined && paths.length === 0) return [];
      return [asTest(name, await run(command, [...args, ...paths.sort()]))];
    },
  };
}

/** Seconds: part of every `npm test`. */
export const quickChecks: readonly Step[] = [
  check("types", "tsc", ["--noEmit", "--pretty", "false"]),
  check("biome", "biome", ["check", "--error-on-warnings"]),
  check("clang-format", "clang-format-14", ["--dry-run", "-Werror"], `${nativeFolders}/**/*.{c,h,cc}`),
];

/** A minute: `npm run check` only. They read build/compile_commands.json, so the native build comes first. */
export const slowChecks: readonly Step[] = [
  check(
    "cppcheck",
    "cppcheck",
    [
      "--quiet",
      "--enable=warning,performance,portability",
      "--inline-suppr",
      "--error-exitcode=1",
      "-Idataplane/core",
      "-Idataplane/region",
    ],
    "dataplane/{core,region,fastpath,addon}/*.c",
  ),
  check("clang-tidy", "run-clang-tidy-14", ["-p", "build", "-quiet", "dataplane/(core|region|fastpath)/.*[.]c$"]),
];
