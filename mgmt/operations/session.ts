// Operations on sessions of the command line.

import { z } from "zod";
import type { ApplianceOperation } from "../appliance.ts";

/** Ends a session, with all others of its connection: when it is done none of them obeys another line. */
export const endSession: ApplianceOperation<{ number: number }, void> = {
  name: "session.end",
  kind: "action",
  level: 10,
  input: z.object({ number: z.int().min(1) }),
  describe: ({ number }) => `session ${number}`,
  run: async ({ sessions }, { number }, actor) => ({ result: sessions.end(number, actor) }),
};
