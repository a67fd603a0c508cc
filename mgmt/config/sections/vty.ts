// The sessions of the command line that come in from elsewhere.

import { z } from "zod";
import type { Section } from "../section.ts";
import { word } from "../values.ts";

export const VTY_SESSIONS_MAX = 64;

export const vtySchema = z.strictObject({
  /** How many at once. */
  sessions: z.int().min(1).max(VTY_SESSIONS_MAX),
  /** One that waits for somebody to type ends when nobody does for this long; 0: never. */
  idleSeconds: z.int().min(0).max(2_147_483),
  /** From where alone they may come: a zone; null: from everywhere. */
  accessZone: word.nullable(),
});

export const vtyDefaults: z.infer<typeof vtySchema> = {
  ...{ sessions: VTY_SESSIONS_MAX, idleSeconds: 30 * 60, accessZone: null },
};

export const vty: Section = { lines: [], render: () => [], check: () => [] };
