// The project's own programs, as a test starts them: command lines without their options.
import { join } from "node:path";
import type { Appliance } from "../../lab/appliance.ts";
import { attempt, type Outcome } from "../../lab/process.ts";

const root = join(import.meta.dirname, "../..");

export { daemonProgram, fastPathProgram } from "../../lab/appliance.ts";
export const commandProgram = [process.execPath, join(root, "cli/postern.ts")];
export const labProgram = [process.execPath, join(root, "lab/main.ts")];

/** `postern WORD` at this appliance. */
export function postern(word: string, { runDirectory }: Appliance): Promise<Outcome> {
  return attempt([...commandProgram, word, "--run-dir", runDirectory]);
}

/** The same command as a user without rights. */
export function asNobody(command: readonly string[]): string[] {
  return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--", ...command];
}

/** The same shell command line where it can mount what nobody else sees. */
export function withMounts(shell: string): string[] {
  return ["unshare", "--mount", "--", "sh", "-ec", shell];
}
