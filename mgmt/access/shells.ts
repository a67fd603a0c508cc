// Opens sessions of the command line, for whomever and wherever they come in, and knows those that are open.

import { type SessionParts, ShellSession } from "../../cli/shell/session.ts";
import type { Terminal } from "../../cli/shell/terminal.ts";
import { AccountedSession } from "../aaa/accounted-session.ts";
import type { Accounting } from "../aaa/accounting.ts";
import type { Facts } from "../config/service.ts";
import { Sentence } from "../sentence.ts";
import { isLetIn, LOG_IN_AGAIN, levelNow } from "./identity.ts";
import type { Caller, Sessions } from "./sessions.ts";

export interface ShellsParts extends Omit<SessionParts, "actor" | "levelNow" | "obeys"> {
  facts(): Pick<Facts, "users" | "aaa">;
  readonly sessions: Pick<Sessions, "next" | "opened" | "acts" | "closed">;
  readonly accounting: Accounting;
}

export class Shells {
  readonly #parts: ShellsParts;

  constructor(parts: ShellsParts) {
    this.#parts = parts;
  }

  /**
   * `use` runs the session; it is open until then. `acts`: told before the first line that is more than a question. Rejects with a
   * Sentence when what he came by is gone.
   */
  async open<Result>(
    terminal: Terminal,
    caller: Caller,
    use: (session: ShellSession, acts: () => Promise<void>) => Promise<Result>,
  ): Promise<Result> {
    const { sessions, accounting, facts, ...parts } = this.#parts;
    const { identity, from } = caller;
    if (!isLetIn(identity, facts())) throw new Sentence(LOG_IN_AGAIN);
    const { user, level } = identity;
    const actor = { user, level, from, session: sessions.next() };
    const accounted = new AccountedSession(actor, { accounting, now: parts.now });
    const shell = new ShellSession(terminal, {
      ...{ ...parts, actor, levelNow: () => levelNow(identity, facts()) },
      obeys: (line, level) => accounted.obeys(line, level),
    });
    sessions.opened(shell, caller);
    accounted.start();
    try {
      return await use(shell, () => sessions.acts(shell));
    } finally {
      accounted.stop();
      await sessions.closed(shell);
    }
  }
}
