// Commands of the prompt typed at a lab's appliance.
import type { Appliance } from "../../lab/appliance.ts";
import { attempt } from "../../lab/process.ts";
import { commandProgram } from "./programs.ts";

/** The lines that are printed; what is asked is answered with yes. Rejects with the sentence of a refusal. */
export async function typed({ runDirectory }: Appliance, line: string): Promise<string[]> {
  const { status, stdout } = await attempt([...commandProgram, "exec", "--yes", "--run-dir", runDirectory, line]);
  if (status !== 0) throw new Error(stdout.trim().replace(/^% /, ""));
  return stdout.trimEnd().split(/\r?\n/);
}
