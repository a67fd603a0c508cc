// A test in a lab of its own.
import type { ExecutionContext } from "ava";
import { Lab, type LabOptions } from "../../lab/lab.ts";
import { assertConserved } from "./conserved.ts";

type Play = (t: ExecutionContext, lab: Lab) => Promise<void>;

/**
 * The implementation of an ava test: starts a lab, plays and takes the lab down. A failed test shows what the appliance said
 * last.
 */
export function withLab(options: LabOptions, play: Play) {
  return async (t: ExecutionContext): Promise<void> => {
    const lab = await Lab.start(options);
    try {
      await play(t, lab);
    } catch (error) {
      for (const part of [lab.appliance.supervisor, lab.appliance.daemon]) t.log(part.name, await part.lastWords());
      throw error;
    } finally {
      await lab.stop();
    }
  };
}

/** As `withLab`, before two witnesses; at the end nothing may be unaccounted for: the books of every port are checked. */
export function inLab(options: LabOptions, play: Play) {
  return withLab(options, async (t, lab) => {
    await lab.watch();
    await play(t, lab);
    await assertConserved(t, lab);
  });
}
