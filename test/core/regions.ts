// Region files for tests, made by region-make (dataplane/addon/region_make.c), which stands in for the fast path.

import { execFile } from "node:child_process";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ExecutionContext } from "ava";
import { policyOf } from "./policies.ts";

const regionMake = join(import.meta.dirname, "../../build/addon/region-make");
const run = promisify(execFile);

export interface Traffic {
  /** 10.0.0.0 and this. */
  readonly first?: number;
  readonly subscribers?: number;
  /** SYNs of each subscriber to a mail server. */
  readonly sessions?: number;
  /** Names and mappings that are made before it (subscriber_change.ts). */
  readonly changes?: Uint8Array;
}

/** A temporary directory, gone after the test. */
export async function temporaryDirectory(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "postern-test-"));
  t.teardown(() => rm(directory, { recursive: true }));
  return directory;
}

/** Makes a region at `path`, or serves the one that is there as another process. The policy is left in `path`.policy, the changes in `path`.changes. */
export async function serveRegion(path: string, configuration: string, traffic: Traffic = {}): Promise<void> {
  const { first = 1, subscribers = 0, sessions = 0, changes } = traffic;
  await writeFile(`${path}.policy`, policyOf(configuration).policy);
  if (changes) await writeFile(`${path}.changes`, changes);
  const introduced = changes ? [`${path}.changes`] : [];
  await run(regionMake, [path, `${path}.policy`, `${first}`, `${subscribers}`, `${sessions}`, ...introduced]);
}

/** Writes bytes over those of a file, which keeps its length. */
export async function overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, "r+");
  await file.write(bytes, 0, bytes.length, offset);
}

/** A quota that lasts for longer than a test. */
export function quota(sessions: number, periodSeconds = 3600): string {
  return `
service smtp
 protocol tcp port 25
package 0
 mass-mailing service smtp
  detect sessions ${sessions} period ${periodSeconds} window fixed action report block
interface LineCard 0
 subscriber anonymous-group name "homes" IP-range 10.0.0.0/8
`;
}
