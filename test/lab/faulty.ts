// The fast path of the address sanitizer's build, which can be told to fail on purpose (dataplane/fastpath/fault.h).
import { existsSync } from "node:fs";
import { join } from "node:path";

export type Fault = `${"buffers" | "handover" | "transmit"}@${number}+${number}`;

const program = join(import.meta.dirname, "../../build-asan/fastpath/postern-fastpath");

/** A sanitizer's report ends the process, and its supervisor starts another: the region counts the starts. */
export function faultyFastPath(...faults: readonly Fault[]): string[] {
  if (!existsSync(program)) throw new Error(`There is no ${program}: "npm test" builds it.`);
  // The process ends by a signal, and what it holds then is no leak.
  const env = ["env", "ASAN_OPTIONS=detect_leaks=0", program];
  return [...env, ...faults.flatMap((fault) => ["--fault", fault])];
}
