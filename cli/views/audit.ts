// What people did, as text.

import type { AuditEntry } from "../../mgmt/operations/operation.ts";
import { dateAndTime } from "../../mgmt/words.ts";
import { columns } from "../columns.ts";

/** A heading and a line each, the latest last. */
export function auditLines(latestFirst: readonly AuditEntry[]): string[] {
  return columns(
    ["TIME", "USER", "LEVEL", "FROM", "OUTCOME", "REVISION", "WHAT"],
    latestFirst
      .toReversed()
      .map(({ at, user, level, from, outcome, revision, operation, text, reason }) => [
        dateAndTime(at),
        user,
        String(level),
        from,
        outcome,
        revision === null ? "-" : String(revision),
        [operation, text, reason].filter((part) => part !== "").join(": "),
      ]),
  );
}
