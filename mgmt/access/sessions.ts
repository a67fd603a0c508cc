// The sessions of the command line that are open, wherever they came in.

import type { Level } from "../level.ts";
import type { Actor, AuditEntry } from "../operations/operation.ts";

/** A session, as it knows itself. */
export interface OpenSession {
  readonly actor: Actor;
  /** The level that it has now. */
  readonly level: Level;
  /** When a line was typed last, in Unix milliseconds. */
  readonly typedAt: number;
}

export interface SessionStatus extends Omit<Actor, "session"> {
  /** From 1, never given again while the daemon runs. */
  readonly number: number;
  /** Unix milliseconds. */
  readonly openedAt: number;
  readonly typedAt: number;
}

export interface SessionsParts {
  now(): number;
  audit(entry: AuditEntry): Promise<void>;
}

export class Sessions {
  readonly #parts: SessionsParts;
  readonly #open = new Map<OpenSession, { readonly openedAt: number; cut(): void }>();
  readonly #audited = new WeakSet<OpenSession>();
  #last = 0;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** The number of the next session. */
  next(): number {
    return ++this.#last;
  }

  /** `cut` ends the connection that it came by. */
  opened(session: OpenSession, cut: () => void): void {
    this.#open.set(session, { openedAt: this.#parts.now(), cut });
  }

  /** Ends a session, whatever it does. False: there is none of this number. */
  end(number: number): boolean {
    const found = [...this.#open].find(([{ actor }]) => actor.session === number);
    found?.[1].cut();
    return found !== undefined;
  }

  /** More than questions will be asked in it: that it was opened is audited, once. */
  async acts(session: OpenSession): Promise<void> {
    if (this.#audited.has(session)) return;
    this.#audited.add(session);
    await this.#audit("session.open", session);
  }

  /** Audited if its opening was. */
  async closed(session: OpenSession): Promise<void> {
    this.#open.delete(session);
    if (this.#audited.has(session)) await this.#audit("session.close", session);
  }

  /** In the order of their numbers. */
  list(): SessionStatus[] {
    return [...this.#open].map(
      ([
        {
          actor: { user, from, session: number },
          level,
          typedAt,
        },
        { openedAt },
      ]) => {
        return { number, user, from, level, openedAt, typedAt };
      },
    );
  }

  #audit(operation: string, { actor: { user, from, session }, level }: OpenSession): Promise<void> {
    const at = this.#parts.now();
    const text = `session ${session}`;
    return this.#parts.audit({ at, user, from, level, operation, text, outcome: "done", reason: "", revision: null });
  }
}
