// A test in a lab of its own, at whose end nothing may be unaccounted for.
import type { ExecutionContext } from "ava";
import { Lab, type LabOptions } from "../../lab/lab.ts";
import { assertConserved } from "./conserved.ts";

/**
 * The implementation of an ava test: starts a lab and its witnesses, plays, checks the books of every port and takes the
 * lab down. A failed test shows what the appliance said last.
 */
export function inLab(options: LabOptions, play: (t: ExecutionContext, lab: Lab) => Promise<void>) {
  return async (t: ExecutionContext): Promise<void> => {
    const lab = await Lab.start(options);
    try {
      await lab.watch();
      await play(t, lab);
      await assertConserved(t, lab);
    } catch (error) {
      for (const part of [lab.appliance.supervisor, lab.appliance.daemon]) t.log(part.name, await part.lastWords());
      throw error;
    } finally {
      await lab.stop();
    }
  };
}
