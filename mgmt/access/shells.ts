// Opens sessions of the command line, for whomever and wherever they come in, and knows those that are open.

import { type SessionParts, ShellSession } from "../../cli/shell/session.ts";
import type { Terminal } from "../../cli/shell/terminal.ts";
import { AccountedSession } from "../aaa/accounted-session.ts";
import type { Accounting } from "../aaa/accounting.ts";
import type { Facts } from "../config/service.ts";
import { type Identity, levelNow } from "./identity.ts";
import type { Sessions } from "./sessions.ts";

export interface ShellsParts extends Omit<SessionParts, "actor" | "levelNow" | "obeys"> {
  facts(): Pick<Facts, "users">;
  readonly sessions: Pick<Sessions, "next" | "opened" | "acts" | "closed">;
  readonly accounting: Accounting;
}

/** Somebody who has come in. */
export interface Caller {
  readonly identity: Identity;
  /** `console`, or the address that he comes from. */
  readonly from: string;
  /** Ends the connection that he came by, with whatever else goes on in it. */
  cut(): void;
}

export class Shells {
  readonly #parts: ShellsParts;

  constructor(parts: ShellsParts) {
    this.#parts = parts;
  }

  /** `use` runs the session; it is open until then. `acts`: told before the first line that is more than a question. */
  async open<Result>(
    terminal: Terminal,
    { identity, from, cut }: Caller,
    use: (session: ShellSession, acts: () => Promise<void>) => Promise<Result>,
  ): Promise<Result> {
    const { sessions, accounting, facts, ...parts } = this.#parts;
    const { user, level } = identity;
    const actor = { user, level, from, session: sessions.next() };
    const accounted = new AccountedSession(actor, { accounting, now: parts.now });
    const shell = new ShellSession(terminal, {
      ...{ ...parts, actor, levelNow: () => levelNow(identity, facts()) },
      obeys: (line, level) => accounted.obeys(line, level),
    });
    sessions.opened(shell, cut);
    accounted.start();
    try {
      return await use(shell, () => sessions.acts(shell));
    } finally {
      accounted.stop();
      await sessions.closed(shell);
    }
  }
}
