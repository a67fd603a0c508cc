// Which names must not be forgotten, though nobody has logged in as them for long.

import type { BreachRecorder } from "../../breaches/recorder.ts";
import type { OverrideQuestions } from "../../overrides/override.ts";
import { addressOfName } from "../name-address.ts";

export interface NeededParts {
  readonly recorder: Pick<BreachRecorder, "open">;
  readonly overrides: Pick<OverrideQuestions, "ofEach">;
}

/** Those who are in breach, and those about whom people decided something: who comes back is still blocked. Rejects with a Sentence. */
export async function neededNames(ids: readonly number[], { recorder, overrides }: NeededParts): Promise<number[]> {
  const breached = new Set(recorder.open().map(({ subscriber }) => subscriber.address));
  const addresses = ids.map(addressOfName);
  const about = await overrides.ofEach(addresses);
  return ids.filter((_, index) => breached.has(addresses[index] ?? "") || (about[index]?.length ?? 0) > 0);
}
