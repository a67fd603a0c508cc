// What servers are told of those who use the command line.

import type { Actor } from "../operations/operation.ts";

export type AccountingRecord = {
  /** What the record is about: a session has one for its start and stop, each command has its own. Never given again. */
  readonly id: string;
  /** Names the session that it is about, in all records of it and of no other. */
  readonly session: string;
  /** With the level that he had then. */
  readonly actor: Actor;
  /** Unix milliseconds. */
  readonly at: number;
} & (
  | { readonly kind: "start" }
  | { readonly kind: "stop"; readonly seconds: number }
  /** `line`: as it was typed, without secrets. */
  | { readonly kind: "command"; readonly line: string }
);

export interface AccountingServers {
  /** Whether one of them took it; false: those that answered did not. Rejects with a Sentence when none answered. */
  account(record: AccountingRecord): Promise<boolean>;
}

/** Never holds up who is accounted. */
export interface Accounting {
  tell(record: AccountingRecord): void;
}
