// What is done against those who guess passwords.

import { z } from "zod";
import type { Section } from "../section.ts";
import { word } from "../values.ts";

const seconds = z.int().min(1).max(65_535);

export const loginSchema = z.strictObject({
  /** After so many wrong tries within this time nobody from there is let in for so long; null: never. */
  block: z.strictObject({ seconds, attempts: z.int().min(1).max(1000), withinSeconds: seconds }).nullable(),
  /** How long the answer to a wrong try takes, in seconds. */
  delaySeconds: z.int().min(0).max(10),
  /** From where people are let in whatever others have tried: a zone. */
  quietZone: word.nullable(),
  /** Characters of a password. */
  passwordLengthMin: z.int().min(8).max(64),
});

export type LoginSettings = z.infer<typeof loginSchema>;

export const loginDefaults: LoginSettings = {
  block: { seconds: 60, attempts: 10, withinSeconds: 60 },
  ...{ delaySeconds: 1, quietZone: null, passwordLengthMin: 10 },
};

export const login: Section = { lines: [], render: () => [], check: () => [] };
