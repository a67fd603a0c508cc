// Who is there, as text.

import type { SessionStatus } from "../../mgmt/access/sessions.ts";
import { dateAndTime } from "../../mgmt/words.ts";
import { columns, duration } from "../columns.ts";

/** A heading and a line each; a star is at the session `own`. */
export function userLines(sessions: readonly SessionStatus[], own: number, now: number): string[] {
  return columns(
    ["", "SESSION", "USER", "LEVEL", "FROM", "SINCE", "IDLE"],
    sessions.map(({ number, user, level, from, openedAt, typedAt }) => [
      number === own ? "*" : "",
      String(number),
      user,
      String(level),
      from,
      dateAndTime(openedAt),
      duration(now - typedAt),
    ]),
  );
}
