// How people come in from elsewhere: by SSH.

import { z } from "zod";
import type { Section } from "../section.ts";
import { address } from "../values.ts";

export const sshSchema = z.strictObject({
  on: z.boolean(),
  /** Where it listens; null: at every address of this machine. */
  address: address.nullable(),
  port: z.int().min(1).max(65_535),
  /** Who connected must have shown by then who he is. */
  graceSeconds: z.int().min(1).max(120),
  /** Passwords that one connection may try. */
  attempts: z.int().min(1).max(10),
  /** What is shown before anybody is asked who he is; empty: nothing. `\n` begins a line. */
  banner: z.string().max(512),
});

/** Oxidized asks six times before it gives up. */
export const sshDefaults: z.infer<typeof sshSchema> = {
  ...{ on: false, address: null, port: 22, graceSeconds: 60, attempts: 6, banner: "" },
};

export const ssh: Section = { lines: [], render: () => [], check: () => [] };
