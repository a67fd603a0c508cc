// Who is there, as text.

import type { SessionStatus } from "../../mgmt/access/sessions.ts";
import { dateAndTime } from "../../mgmt/words.ts";
import { columns, duration } from "../columns.ts";

/** Of the line that runs. */
const RUNNING_MAX = 40;

/** A heading and a line each; a star is at the session `own`. */
export function userLines(sessions: readonly SessionStatus[], own: number, now: number): string[] {
  return columns(
    ["", "LINE", "USER", "LEVEL", "BY", "FROM", "SINCE", "IDLE", "RUNNING"],
    sessions.map(({ line, user, level, by, from, since, typedAt, running }) => [
      line === own ? "*" : "",
      String(line),
      user,
      String(level),
      by,
      from,
      dateAndTime(since),
      duration(now - typedAt),
      running === null ? "-" : running.slice(0, RUNNING_MAX),
    ]),
  );
}
