// What a person is told of a commit: nothing when it is in force.

import type { Clash, Committed } from "../../mgmt/config/service.ts";

/** Of one that was not refused. */
export function* committedLines(committed: Committed): Iterable<string> {
  if (committed.outcome === "waiting") {
    yield `Revision ${committed.revision} waits for a fast path: none takes it now.`;
  }
  if (committed.outcome === "clash") yield* committed.clashes.flatMap(clashLines);
}

function clashLines({ theirs, mine, user, revision }: Clash): string[] {
  const changed = theirs === null ? "removed it" : `made it "${theirs.trim()}"`;
  const wanted = mine === null ? "remove it" : `make it "${mine.trim()}"`;
  return [`% ${user} ${changed} in revision ${revision}; you ${wanted}.`];
}
