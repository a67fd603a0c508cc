// The sessions of the command line that are open, wherever they came in.

import type { Facts } from "../config/service.ts";
import type { Level } from "../level.ts";
import type { Actor, AuditEntry } from "../operations/operation.ts";
import { Sentence } from "../sentence.ts";
import { type Identity, isKnown } from "./identity.ts";

/** A session, as it knows itself. */
export interface OpenSession {
  readonly actor: Actor;
  /** The level that it has now. */
  readonly level: Level;
  /** When a line was typed last, in Unix milliseconds. */
  readonly typedAt: number;
  /** The line that it obeys now, without secrets; null: it waits for one. */
  readonly running: string | null;
  /** From now on it obeys no further line, though one was typed already. */
  close(): void;
}

/** What somebody came in by; he may have several sessions over it. */
export interface Connection {
  /** Ends it, with whatever goes on in it. */
  cut(): void;
}

/** Somebody who has come in. */
export interface Caller {
  readonly identity: Identity;
  /** `console`, or the address that he comes from. */
  readonly from: string;
  readonly connection: Connection;
}

export interface SessionStatus extends Omit<Actor, "session">, Pick<Identity, "by">, Pick<OpenSession, "running"> {
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
  readonly #open = new Map<OpenSession, { readonly caller: Caller; readonly openedAt: number }>();
  readonly #audited = new WeakSet<OpenSession>();
  #last = 0;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** The number of the next session. */
  next(): number {
    return ++this.#last;
  }

  opened(session: OpenSession, caller: Caller): void {
    this.#open.set(session, { caller, openedAt: this.#parts.now() });
  }

  /**
   * Ends the connection by which a session came, with all its sessions: when it returns none of them obeys another line. Throws
   * a Sentence when there is no such session, it is the actor's own, or one of them has a level above his.
   */
  end(number: number, actor: Actor): void {
    const found = [...this.#open].find(([session]) => session.actor.session === number);
    if (!found) throw new Sentence(`There is no session ${number}: see "show users".`);
    const { connection } = found[1].caller;
    for (const [session] of this.#over(connection)) {
      if (session.actor.session === actor.session)
        throw new Sentence('It would end this session: use "exit" for that.');
      if (session.level > actor.level) throw new Sentence(`Session ${number} has a higher level than you.`);
    }
    this.#cut(connection);
  }

  /** The configuration has other users: who came in as one that is gone has no session any more. */
  obey(facts: Pick<Facts, "users">): void {
    for (const { caller } of this.#open.values()) {
      if (!isKnown(caller.identity, facts)) this.#cut(caller.connection);
    }
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
    return [...this.#open].map(([{ actor, level, typedAt, running }, { caller, openedAt }]) => {
      const { user, from, session: number } = actor;
      return { number, user, from, level, by: caller.identity.by, openedAt, typedAt, running };
    });
  }

  #over(connection: Connection) {
    return [...this.#open].filter(([, { caller }]) => caller.connection === connection);
  }

  /** Its close comes through later: by then nobody must have obeyed what was typed ahead. */
  #cut(connection: Connection): void {
    for (const [session] of this.#over(connection)) {
      this.#open.delete(session);
      session.close();
    }
    connection.cut();
  }

  #audit(operation: string, { actor: { user, from, session }, level }: OpenSession): Promise<void> {
    const at = this.#parts.now();
    const text = `session ${session}`;
    return this.#parts.audit({ at, user, from, level, operation, text, outcome: "done", reason: "", revision: null });
  }
}
