// Every change from outside is an operation: the command line, and later the other ways in, call the same ones.

import type { z } from "zod";
import type { Level } from "../level.ts";

/** Who asks, and from where. */
export interface Actor {
  readonly user: string;
  readonly level: Level;
  /** `console`, or an address. */
  readonly from: string;
  /** Numbers the session that he types in, from 1; 0: no session. */
  readonly session: number;
}

/**
 * `commit` changes the configuration, whole or not at all. `subscriber` changes what is decided about subscribers beside
 * it. `action` changes neither, and is not kept: release, reload, clear.
 */
export type OperationKind = "commit" | "subscriber" | "action";

/** `Parts`: what it acts on. */
export interface Operation<Parts, Input, Result> {
  /** `subscriber.release`. */
  readonly name: string;
  readonly kind: OperationKind;
  readonly level: Level;
  readonly input: z.ZodType<Input>;
  /** What the audit says was asked, without secrets: one line. */
  describe(input: Input): string;
  /** Rejects with a Sentence when it is refused: nothing has changed then. */
  run(parts: Parts, input: Input, actor: Actor): Promise<Done<Result>>;
}

/** What an operation did. */
export interface Done<Result> {
  readonly result: Result;
  /** Of the configuration in force afterwards, if it made one. */
  readonly revision?: number;
  /** Why nothing has changed, if nothing has: a sentence. The result says more. */
  readonly refused?: string;
}

export interface AuditEntry {
  /** Unix milliseconds. */
  readonly at: number;
  readonly user: string;
  readonly from: string;
  readonly level: Level;
  readonly operation: string;
  /** `describe`'s line. */
  readonly text: string;
  readonly outcome: "done" | "refused" | "denied";
  /** Why it was refused or denied; empty when it was done. */
  readonly reason: string;
  readonly revision: number | null;
}
