// What the daemon begins with: the configuration that was in force, if only the daemon was restarted; after a restart of the
// machine the startup file, or the one before it. Never half of one.

import { Sentence } from "../sentence.ts";
import type { Store } from "../store/store.ts";
import type { Proposal } from "./proposal.ts";
import { earlierStartupFiles, readStartupFile, startupFileExists } from "./startup-file.ts";
import { wrongText } from "./wrong.ts";

export interface OpeningParts {
  readonly file: string;
  readonly bootId: string;
  readonly store: Pick<Store, "call">;
}

export interface Opening {
  /** Undefined: there is none, and the fast path keeps what it has. */
  readonly proposal: Proposal | undefined;
  /** It is in force already. */
  readonly resumed: boolean;
  /** When it was committed, in Unix milliseconds, if that is past. */
  readonly at?: number;
  /** `startup file`, for the revision's comment. */
  readonly comment: string;
  /** A sentence, if the startup file is not what was taken and should have been. */
  readonly alarm: string | undefined;
  /** Lines for a person. */
  readonly told: readonly string[];
}

/** Rejects with a Sentence when the store fails. */
export async function openConfiguration(parts: OpeningParts): Promise<Opening> {
  const resumed = await resume(parts, true);
  if (resumed) return { ...resumed, alarm: undefined };
  if (!(await startupFileExists(parts.file))) return withoutFile(parts);
  const refusals: string[] = [];
  for (const file of [parts.file, ...(await earlierStartupFiles(parts.file))]) {
    const tried = await propose(parts, file);
    if (typeof tried !== "string")
      return { ...taken(tried, file), ...alarmed(parts.file, refusals, `${file} was taken`) };
    refusals.push(tried);
  }
  const last = await resume(parts, false);
  const instead = last ? "the configuration that was in force last was taken" : "the fast path keeps what it has";
  return { ...(last ?? nothing), ...alarmed(parts.file, refusals, instead) };
}

const nothing = { proposal: undefined, resumed: false, comment: "" };

/** `sameBoot`: only if the machine was not restarted since. */
async function resume({ store, bootId }: OpeningParts, sameBoot: boolean) {
  const running = await store.call("resumeConfiguration", sameBoot ? bootId : null);
  if (!running) return undefined;
  const told = [`Revision ${running.revision} is in force again, as before the daemon was restarted.`];
  return { proposal: running.proposal, at: running.at, resumed: true, comment: "", told };
}

/** A new appliance, or one that was never told to save: what it was told last is better than nothing. */
async function withoutFile(parts: OpeningParts): Promise<Opening> {
  const last = await resume(parts, false);
  if (last) {
    const alarm = `There is no ${parts.file}: the configuration that was in force last was taken; "write memory" makes the file.`;
    return { ...last, alarm, told: [alarm] };
  }
  const told = [`There is no ${parts.file}: the configuration is empty.`];
  const proposal = await parts.store.call("proposeConfiguration", { kind: "text", text: "" });
  return { proposal, resumed: false, comment: "empty", alarm: undefined, told };
}

/** Or why not: a sentence's end. */
async function propose({ store }: OpeningParts, file: string): Promise<Proposal | string> {
  try {
    const proposal = await store.call("proposeConfiguration", { kind: "text", text: await readStartupFile(file) });
    return proposal.outcome === "wrong" ? wrongText(proposal) : proposal;
  } catch (error) {
    if (error instanceof Sentence) return error.message;
    throw error;
  }
}

function taken(proposal: Proposal, file: string) {
  return { proposal, resumed: false, comment: `read from ${file}` };
}

function alarmed(file: string, [refusal]: readonly string[], instead: string) {
  if (refusal === undefined) return { alarm: undefined, told: [] };
  const alarm = `${file} was refused and ${instead}: ${refusal}`;
  return { alarm, told: [alarm] };
}
