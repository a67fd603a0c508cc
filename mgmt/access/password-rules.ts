// What a password must be like when somebody chooses it. What was chosen before stays.

import type { ClearText } from "../../cli/grammar/secret.ts";
import { type Problem, problem } from "../config/problems.ts";

const DIFFERENT_MIN = 4;

export interface PasswordRules {
  /** Characters. */
  readonly passwordLengthMin: number;
}

/** Why it is not good enough, if so; `user`: whose it will be, unless it leads to a level. */
export function passwordProblem(
  secret: ClearText,
  { passwordLengthMin }: PasswordRules,
  user?: string,
): Problem | undefined {
  const text = secret.reveal();
  const path = ["secret"];
  if (text.length < passwordLengthMin) return problem(path, "short-password", passwordLengthMin);
  if (user !== undefined && isName(text.toLowerCase(), user.toLowerCase())) return problem(path, "password-is-name");
  if (new Set(text).size < DIFFERENT_MIN) return problem(path, "plain-password", DIFFERENT_MIN);
  return undefined;
}

/** Also over and over. */
function isName(text: string, name: string): boolean {
  return [name, [...name].reverse().join("")].some((each) => text === each.repeat(text.length / each.length));
}
