// What programs on this machine may ask the daemon: one JSON object a line in, one a line out, in order.

import { z } from "zod";
import type { Breach } from "../breaches/breach.ts";
import type { ReloadResult } from "../policy/outcome.ts";
import type { Status } from "../status/status.ts";

/** Of a request, its newline included. */
export const REQUEST_CHARACTERS_MAX = 4096;

export const BREACHES_MAX = 1000;

export const requestSchema = z.discriminatedUnion("ask", [
  z.strictObject({ ask: z.literal("status") }),
  /** Those that started last, latest first. */
  z.strictObject({ ask: z.literal("breaches"), count: z.int().min(1).max(BREACHES_MAX) }),
  /** Reads the configuration file again and applies it. */
  z.strictObject({ ask: z.literal("reload") }),
]);

export type Request = z.infer<typeof requestSchema>;

/** What each question is answered with. Times are Unix milliseconds, numbers are raw. */
export interface Answers {
  readonly status: Status;
  readonly breaches: readonly Breach[];
  readonly reload: ReloadResult;
}

export type Question = keyof Answers;

export type Response<Asked extends Question = Question> =
  | { readonly answer: Answers[Asked] }
  /** One sentence. */
  | { readonly error: string };
