// Configurations for a person: their text, what changed, and what became of a commit.

import type { DiffLine } from "../../mgmt/config/diff.ts";
import { CONFIGURATION_BYTES_MAX } from "../../mgmt/config/file.ts";
import type { Incomplete } from "../../mgmt/config/section.ts";
import type { Clash, Committed, Pending, Revision, SessionSummary } from "../../mgmt/config/service.ts";
import { dateAndTime, number } from "../../mgmt/words.ts";
import { columns } from "../columns.ts";
import { printLineError } from "../grammar/line-error.ts";

/** In the frame of IOS: tools drop its first three lines. */
export function runningLines(text: string): string[] {
  return [
    "Building configuration...",
    "",
    `Current configuration : ${Buffer.byteLength(text)} bytes`,
    ...linesOf(text),
  ];
}

/** In the frame of IOS: tools that compare it with the running one know its first line. */
export function startupLines(text: string): string[] {
  return [`Using ${Buffer.byteLength(text)} out of ${CONFIGURATION_BYTES_MAX} bytes`, ...linesOf(text)];
}

/** Without a frame. */
export function linesOf(text: string): string[] {
  return text.trimEnd().split("\n");
}

const signs = { added: "+", removed: "-", context: " " } as const;

export function diffLines(lines: readonly DiffLine[]): string[] {
  return lines.length > 0 ? lines.map(({ change, text }) => `${signs[change]} ${text}`) : ["Nothing differs."];
}

export function incompleteLines(found: readonly Incomplete[]): string[] {
  if (found.length === 0) return ["Every object is complete."];
  return columns(
    ["OBJECT", "IT DOES NOTHING YET"],
    found.map(({ object, lacks }) => [object, lacks]),
  );
}

export function revisionLines(revisions: readonly Revision[]): string[] {
  return columns(
    ["REVISION", "COMMITTED", "BY", "FROM", "COMMENT"],
    revisions.map(({ number, at, user, from, comment }) => [`${number}`, dateAndTime(at), user, from, comment]),
  );
}

export function sessionLines(sessions: readonly SessionSummary[]): string[] {
  if (sessions.length === 0) return ["There is no configuration session."];
  return columns(
    ["SESSION", "BY", "BEGUN", "FROM REVISION"],
    sessions.map(({ name, user, startedAt, base }) => [name, user, dateAndTime(startedAt), `${base}`]),
  );
}

/** Of a commit or rollback by name; `pending`: what waits to be confirmed afterwards. */
export function outcomeLines(committed: Committed, pending: Pending | null): string[] {
  switch (committed.outcome) {
    case "wrong":
      return wrongLines(committed);
    case "clash":
      return clashLines(committed.clashes);
    case "typed":
      return [];
    case "unchanged":
      return [`Nothing differs from revision ${committed.revision}, which stays in force.`];
    case "waiting":
      return [waitingText(committed.revision), ...pendingLines(pending)];
    case "applied":
      return [`Revision ${committed.revision} is in force.`, ...pendingLines(pending)];
  }
}

/** Of one that changed nothing. */
export function refusalText({ outcome }: Committed): string | undefined {
  if (outcome === "wrong") return "Nothing was committed.";
  if (outcome !== "clash") return undefined;
  return 'Nothing was committed: "commit" again makes your lines stand, "abort" gives them up.';
}

export function waitingText(revision: number): string {
  return `Revision ${revision} waits for a fast path: none takes it now.`;
}

export function clashLines(clashes: readonly Clash[]): string[] {
  return clashes.map(({ theirs, mine, user, revision }) => {
    const changed = theirs === null ? "removed a line" : `wrote "${theirs.trim()}"`;
    const wanted = mine === null ? "remove it" : `have "${mine.trim()}"`;
    return `% ${user} ${changed} in revision ${revision}; you ${wanted}.`;
  });
}

export function pendingLines(pending: Pending | null): string[] {
  if (!pending) return [];
  const { before, revertsAt } = pending;
  return [`Revision ${before} comes back at ${dateAndTime(revertsAt)} unless "configure confirm" is typed before.`];
}

function wrongLines({ errors, wrongLines }: Extract<Committed, { outcome: "wrong" }>): string[] {
  const more = wrongLines > errors.length ? [`% ${number(wrongLines - errors.length)} more lines are wrong.`] : [];
  return [...errors.flatMap((error) => printLineError(error).split("\n")), ...more];
}
