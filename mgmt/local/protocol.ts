// What programs on this machine may ask the daemon: one JSON object a line in, one a line out, in order;
// a capture is answered with many lines, until the one who asked hangs up.

import { z } from "zod";
import { readPrefix } from "../../cli/grammar/prefix.ts";
import type { Breach } from "../breaches/breach.ts";
import type { CaptureBatch } from "../capture/captures.ts";
import type { LoadResult } from "../config/load.ts";
import { packetKinds, SNAP_LENGTH_MAX, sampleVerdicts } from "../engine/sample_order.ts";
import type { Level } from "../level.ts";
import type { Status } from "../status/status.ts";

/** Of a request, its newline included. */
export const REQUEST_CHARACTERS_MAX = 4096;

export const BREACHES_MAX = 1000;

const filterSchema = z.strictObject({
  address: z
    .string()
    .refine((text) => "value" in (readPrefix(text) ?? {}))
    .optional(),
  port: z.int().min(1).max(65_535).optional(),
  protocol: z.int().min(1).max(255).optional(),
  verdicts: z.array(z.enum(sampleVerdicts)).readonly().optional(),
  kinds: z.array(z.enum(packetKinds)).readonly().optional(),
  link: z.int().min(0).max(3).optional(),
});

export const requestSchema = z.discriminatedUnion("ask", [
  z.strictObject({ ask: z.literal("status") }),
  /** Those that started last, latest first. */
  z.strictObject({ ask: z.literal("breaches"), count: z.int().min(1).max(BREACHES_MAX) }),
  /** Reads the startup file and makes it the configuration. */
  z.strictObject({ ask: z.literal("load") }),
  /** Packets as they pass. */
  z.strictObject({
    ask: z.literal("capture"),
    filter: filterSchema,
    snapLength: z.int().min(1).max(SNAP_LENGTH_MAX),
  }),
]);

export type Request = z.infer<typeof requestSchema>;

/** What each question is answered with. Times are Unix milliseconds, numbers are raw. */
export interface Answers {
  readonly status: Status;
  readonly breaches: readonly Breach[];
  readonly load: LoadResult;
  /** Many times a second. */
  readonly capture: CaptureBatch;
}

export type Question = keyof Answers;

/** Who may ask what. */
export const questionLevels: Readonly<Record<Question, Level>> = { status: 5, breaches: 5, load: 10, capture: 10 };

export type Response<Asked extends Question = Question> =
  | { readonly answer: Answers[Asked] }
  /** One sentence. */
  | { readonly error: string };
