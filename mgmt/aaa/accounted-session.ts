// What is told of one session: that it began, each line that was obeyed in it, and that it ended.

import type { Level } from "../level.ts";
import type { Actor } from "../operations/operation.ts";
import type { Accounting } from "./accounting.ts";

export interface AccountedSessionParts {
  readonly accounting: Accounting;
  now(): number;
}

export class AccountedSession {
  readonly #parts: AccountedSessionParts;
  readonly #actor: Actor;
  #id = "";
  #startedAt = 0;
  #lines = 0;

  constructor(actor: Actor, parts: AccountedSessionParts) {
    this.#actor = actor;
    this.#parts = parts;
  }

  start(): void {
    const at = this.#parts.now();
    this.#startedAt = at;
    // A daemon that is started again counts its sessions from 1.
    this.#id = `${at.toString(36)}-${this.#actor.session}`;
    this.#parts.accounting.tell({ kind: "start", id: this.#id, session: this.#id, actor: this.#actor, at });
  }

  /** `line`: without secrets. */
  obeys(line: string, level: Level): void {
    const session = this.#id;
    const id = `${session}.${++this.#lines}`;
    const actor = { ...this.#actor, level };
    this.#parts.accounting.tell({ kind: "command", id, session, actor, at: this.#parts.now(), line });
  }

  stop(): void {
    const at = this.#parts.now();
    const seconds = Math.max(0, Math.round((at - this.#startedAt) / 1000));
    this.#parts.accounting.tell({ kind: "stop", id: this.#id, session: this.#id, actor: this.#actor, at, seconds });
  }
}
