// What the daemon's main thread and the store's thread say to each other about configurations.

import type { LineError } from "../../cli/grammar/line-error.ts";
import type { Level } from "../level.ts";
import type { Prepared } from "../policy/prepare.ts";
import type { Clash } from "./service.ts";

/** Another configuration than the one in force. */
export type Change =
  /** The one in force and these lines, the last of which is new. */
  | { readonly kind: "lines"; readonly lines: readonly string[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "revision"; readonly number: number }
  | { readonly kind: "session"; readonly name: string };

export type Proposal =
  | { readonly outcome: "good"; readonly prepared: Prepared }
  | { readonly outcome: "unchanged"; readonly revision: number }
  /** `errors`: the first ones, in order of their lines. `wrongLines`: all of them. */
  | { readonly outcome: "wrong"; readonly errors: readonly LineError[]; readonly wrongLines: number }
  | { readonly outcome: "clash"; readonly clashes: readonly Clash[] };

/** What was in force before, and is again. */
export interface Resumed {
  readonly revision: number;
  /** When it was committed, in Unix milliseconds. */
  readonly at: number;
  /** Undefined: this version does not understand it. */
  readonly proposal: Proposal | undefined;
}

/** Who has the proposal in force, and how the store remembers it. */
export interface Acceptance {
  /** Unix milliseconds. */
  readonly at: number;
  readonly user: string;
  readonly from: string;
  readonly comment: string;
  /** Lines that were typed one after the other are one revision: the last one's. Empty: a revision of its own. */
  readonly visit: string;
  /** The kernel's: a configuration that was not saved ends with the machine's run. */
  readonly bootId: string;
  /** The commit that waited to be confirmed waits no more. */
  readonly settles: boolean;
}

/** Where a configuration's text comes from, for one who has read the files. */
export type TextSource =
  | { readonly kind: "running" }
  | { readonly kind: "revision"; readonly number: number }
  | { readonly kind: "session"; readonly name: string }
  | { readonly kind: "text"; readonly name: string; readonly text: string };

/** A commit that is undone unless it is confirmed, as it is stored. */
export interface StoredPending {
  /** The revision that comes back. */
  readonly before: number;
  readonly user: string;
  /** At which it was changed, the highest of them. */
  readonly level: Level;
  /** Of the daemon's run that it was typed in. */
  readonly session: number;
  readonly bootId: string;
  /** CLOCK_BOOTTIME milliseconds. */
  readonly revertsMs: number;
}
