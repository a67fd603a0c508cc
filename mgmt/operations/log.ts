// Operations on the log.

import { z } from "zod";
import type { ApplianceOperation } from "../appliance.ts";

/** Forgets the lines that are kept in memory. */
export const clearLog: ApplianceOperation<object, void> = {
  name: "log.clear",
  kind: "action",
  level: 10,
  input: z.object({}),
  describe: () => "",
  run: async ({ log }) => ({ result: log.clear() }),
};
