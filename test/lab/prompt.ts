// Commands of the prompt typed at a lab's appliance.
import type { Appliance } from "../../lab/appliance.ts";
import { attempt } from "../../lab/process.ts";
import { commandProgram } from "./programs.ts";

/** The lines that are printed; what is asked is answered with yes. Rejects with the sentence of a refusal. */
export function typed(appliance: Appliance, line: string): Promise<string[]> {
  return typedIn(appliance, [line]);
}

/** As `typed`: lines of one session, up to one that is refused. */
export async function typedIn({ runDirectory }: Appliance, lines: readonly string[]): Promise<string[]> {
  const { status, stdout } = await attempt([...commandProgram, "exec", "--yes", "--run-dir", runDirectory, ...lines]);
  if (status !== 0) throw new Error(stdout.trim().replace(/^% /, ""));
  return stdout.trimEnd().split(/\r?\n/);
}
