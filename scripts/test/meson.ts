// Builds of dataplane/ beside the release build, each in a directory of its own.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run.ts";
import { asTest } from "./step.ts";
import type { TestResult } from "./tap.ts";

export interface Build {
  readonly directory: string;
  /** Of `meson setup`. */
  readonly options: readonly string[];
  readonly env?: Record<string, string>;
  /** All of them without. */
  readonly targets?: readonly string[];
}

/** Undefined when it was built, else what failed. */
export async function build({ directory, options, env = {}, targets = [] }: Build): Promise<TestResult | undefined> {
  // One that is there may have been made when there were other options.
  const again = existsSync(join(root, directory, "build.ninja")) ? ["--reconfigure"] : [];
  const setup = await run("meson", ["setup", ...again, directory, "dataplane", ...options], { env });
  if (!setup.ok) return asTest(`meson setup ${directory}`, setup);
  const ninja = await run("ninja", ["-C", directory, ...targets]);
  return ninja.ok ? undefined : asTest(`ninja -C ${directory}`, ninja);
}
