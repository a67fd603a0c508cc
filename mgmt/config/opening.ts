// What the daemon begins with: the configuration that was in force, if only the daemon was restarted; after a restart of the
// machine the startup file, or the one before it. Never half of one.

import type { Level } from "../level.ts";
import { Sentence } from "../sentence.ts";
import type { Store } from "../store/store.ts";
import { type Clock, momentOf } from "../time.ts";
import type { Proposal } from "./proposal.ts";
import { earlierStartupFiles, readStartupFile, startupFileExists } from "./startup-file.ts";
import { wrongLinesText } from "./wrong.ts";

/** The machine itself begins. */
const OPENING_LEVEL: Level = 15;

export interface OpeningParts {
  readonly file: string;
  readonly bootId: string;
  readonly store: Pick<Store, "call">;
  readonly clock: Clock;
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
  const sameRun = await resume(parts, true);
  if (sameRun?.proposal) return { ...sameRun, alarm: undefined };
  const lost = sameRun ? [`Revision ${sameRun.revision}, in force before, is not understood by this version.`] : [];
  const exists = await startupFileExists(parts.file);
  const refusals = exists ? [] : [`There is no ${parts.file}.`];
  for (const file of [...(exists ? [parts.file] : []), ...(await earlierStartupFiles(parts.file))]) {
    const tried = await propose(parts, file);
    if (typeof tried !== "string")
      return { ...taken(tried, file), ...alarmed([...lost, ...refusals], `${file} was taken.`) };
    refusals.push(`${file} was refused: ${tried}`);
  }
  const last = await resume(parts, false);
  if (last?.proposal) return { ...last, ...alarmed([...lost, ...refusals], "What was in force last is in force.") };
  if (!exists && lost.length === 0) return empty(parts);
  return { ...nothing, ...alarmed([...lost, ...refusals], "The fast path keeps what it has.") };
}

const nothing = { proposal: undefined, resumed: false, comment: "" };

/** `sameBoot`: only if the machine was not restarted since. */
async function resume({ store, clock, bootId }: OpeningParts, sameBoot: boolean) {
  const running = await store.call("resumeConfiguration", sameBoot ? bootId : null, momentOf(clock));
  if (!running) return undefined;
  const told = [`Revision ${running.revision} is in force again, as before the daemon was restarted.`];
  return { ...running, resumed: true, comment: "", told };
}

/** A new appliance. */
async function empty({ store, clock, file }: OpeningParts): Promise<Opening> {
  const proposal = await store.call("proposeConfiguration", { kind: "text", text: "" }, OPENING_LEVEL, momentOf(clock));
  const told = [`There is no ${file}: the configuration is empty.`];
  return { proposal, resumed: false, comment: "empty", alarm: undefined, told };
}

/** Or why not: a sentence's end. */
async function propose({ store, clock }: OpeningParts, file: string): Promise<Proposal | string> {
  try {
    const proposal = await store.call(
      "proposeConfiguration",
      { kind: "text", text: await readStartupFile(file) },
      OPENING_LEVEL,
      momentOf(clock),
    );
    return proposal.outcome === "wrong" ? wrongLinesText(proposal.errors, proposal.wrongLines) : proposal;
  } catch (error) {
    if (error instanceof Sentence) return error.message;
    throw error;
  }
}

function taken(proposal: Proposal, file: string) {
  return { proposal, resumed: false, comment: `read from ${file}` };
}

/** What went wrong, and what was done instead. Nothing went wrong: no alarm. */
function alarmed(wrong: readonly string[], instead: string) {
  if (wrong.length === 0) return { alarm: undefined, told: [] };
  const alarm = [...wrong, instead].join(" ");
  return { alarm, told: [alarm] };
}
