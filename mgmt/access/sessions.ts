// Who has come in, and the sessions of the command line that he has open.

import type { Facts } from "../config/service.ts";
import type { Level } from "../level.ts";
import type { Actor, AuditEntry } from "../operations/operation.ts";
import { Sentence } from "../sentence.ts";
import { type Identity, isLetIn, LOG_IN_AGAIN } from "./identity.ts";

/** A session, as it knows itself. */
export interface OpenSession {
  readonly actor: Actor;
  /** The level that it has now. */
  readonly level: Level;
  /** When a line was typed last, in Unix milliseconds. */
  readonly typedAt: number;
  /** The line that it obeys now, without secrets; null: it waits for one. */
  readonly running: string | null;
  /** From now on it obeys no further line, though one was typed already. `why`: a sentence, said to him. */
  close(why?: string): void;
}

/** Somebody who has come in, once for each connection: he may have several sessions over it. */
export interface Caller {
  readonly identity: Identity;
  /** `console`, or the address that he comes from. */
  readonly from: string;
  /** Ends his connection, with whatever goes on in it. */
  cut(): void;
  /** Ends it as soon as he has read what he was answered, or could have. */
  end(): void;
}

export interface SessionStatus extends Omit<Actor, "session">, Pick<Identity, "by">, Pick<OpenSession, "running"> {
  /** From 1, never given again while the daemon runs. */
  readonly line: number;
  /** Unix milliseconds. */
  readonly since: number;
  readonly typedAt: number;
}

export interface SessionsParts {
  now(): number;
  facts(): Pick<Facts, "users" | "aaa">;
  audit(entry: AuditEntry): Promise<void>;
}

export class Sessions {
  readonly #parts: SessionsParts;
  readonly #callers = new Set<Caller>();
  readonly #open = new Map<OpenSession, { readonly caller: Caller; readonly since: number }>();
  readonly #audited = new WeakSet<OpenSession>();
  #last = 0;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** Somebody has come in from elsewhere: he is known until he has left, whether he has a session or not. */
  came(caller: Caller): void {
    this.#callers.add(caller);
    this.#look(caller);
  }

  left(caller: Caller): void {
    this.#callers.delete(caller);
  }

  /** The number of the next session. */
  next(): number {
    return ++this.#last;
  }

  opened(session: OpenSession, caller: Caller): void {
    this.#open.set(session, { caller, since: this.#parts.now() });
  }

  /**
   * Ends the connection by which a session came, with all its sessions, and those of the same user that have none: when it
   * returns none of them obeys another line. Throws a Sentence when there is no such session, it is the actor's own, or one of
   * them has a level above his.
   */
  end(number: number, actor: Actor): void {
    const found = [...this.#open].find(([session]) => session.actor.session === number);
    if (!found) throw new Sentence(`There is no line ${number}: see "show users".`);
    const { caller } = found[1];
    for (const session of this.#over(caller)) {
      if (session.actor.session === actor.session) throw new Sentence('That is your own line: use "exit".');
      if (session.level > actor.level) throw new Sentence(`Line ${number} has a higher level than you.`);
    }
    const { user } = caller.identity;
    const unused = [...this.#callers].filter((each) => each.identity.user === user && this.#over(each).length === 0);
    for (const each of [caller, ...unused]) {
      this.#close(each);
      each.cut();
    }
  }

  /** The configuration is another: who came in by what is gone must log in again. He is answered the line that changed it. */
  obey(): void {
    for (const caller of this.#callers) this.#look(caller);
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
    return [...this.#open].map(([{ actor, level, typedAt, running }, { caller, since }]) => {
      const { user, from, session: line } = actor;
      return { line, user, from, level, by: caller.identity.by, since, typedAt, running };
    });
  }

  #look(caller: Caller): void {
    if (isLetIn(caller.identity, this.#parts.facts())) return;
    this.#close(caller, LOG_IN_AGAIN);
    caller.end();
  }

  #over(caller: Caller): OpenSession[] {
    return [...this.#open].flatMap(([session, opened]) => (opened.caller === caller ? session : []));
  }

  /** The end of a connection comes through later: by then nobody must have obeyed what was typed ahead. */
  #close(caller: Caller, why?: string): void {
    for (const session of this.#over(caller)) {
      this.#open.delete(session);
      session.close(why);
    }
  }

  #audit(operation: string, { actor: { user, from, session }, level }: OpenSession): Promise<void> {
    const at = this.#parts.now();
    const text = `session ${session}`;
    return this.#parts.audit({ at, user, from, level, operation, text, outcome: "done", reason: "", revision: null });
  }
}
