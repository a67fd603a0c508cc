// Who somebody is, by the password that he gives: what every method of finding out answers.

import type { ClearText } from "../../cli/grammar/secret.ts";
import type { Identity } from "../access/identity.ts";

export interface Login {
  readonly user: string;
  readonly password: ClearText;
  /** The address that he comes from. */
  readonly from: string;
  /** Aborted when he hung up, or asked for something else: no answer is of use any more. */
  readonly gone: AbortSignal;
}

export type Verdict =
  | ({ readonly outcome: "accepted" } & Pick<Identity, "level" | "shown">)
  /** `reason`: a sentence, if it is not that the password is wrong. */
  | { readonly outcome: "refused"; readonly reason?: string }
  /** Nobody could say: no server answered, or none knows the name. `reason`: a sentence. */
  | { readonly outcome: "unanswered"; readonly reason: string };

/** What somebody said. */
export type Answer = Exclude<Verdict, { readonly outcome: "unanswered" }>;

/** Takes its time with a wrong password, and holds up nobody. Does not reject. */
export interface LoginMethod {
  ask(login: Login): Promise<Verdict>;
  /** Nobody that it asks answered lately: it is asked after the other methods. */
  readonly rests: boolean;
}
