// What is asked before something that many would feel.

import { Sentence } from "../../mgmt/sentence.ts";
import type { Context } from "./exec.ts";

/**
 * As IOS asks: Enter, or a word that begins with y. Rejects with a Sentence when the answer is another, or there is none.
 * `otherwise`: what is so then.
 */
export async function confirmed({ session }: Context, question: string, otherwise: string): Promise<void> {
  const answer = await session.ask(`${question} [confirm]`);
  if (answer !== undefined && /^\s*(y.*)?$/i.test(answer)) return;
  throw new Sentence(`It was not confirmed: ${otherwise}.`);
}
