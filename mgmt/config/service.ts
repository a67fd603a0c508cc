// The configuration as the rest of the daemon sees it: the one in force, those before it, and those being typed.

import type { LineError } from "../../cli/grammar/line-error.ts";
import type { Actor } from "../operations/operation.ts";
import type { Configuration } from "./configuration.ts";
import type { DiffLine } from "./diff.ts";
import type { RenderOptions } from "./render.ts";
import type { Incomplete } from "./section.ts";

/** The configuration in force, of a zone only how many prefixes it has. Cheap to read; replaced, never changed. */
export type Facts = Omit<Configuration, "zones"> & {
  readonly revision: number;
  readonly zones: readonly { readonly name: string; readonly prefixes: number }[];
  /** The prefixes of those zones that say from where people may come in. */
  readonly accessZones: Configuration["zones"];
};

/** Where a configuration's text comes from. */
export type Source =
  | { readonly kind: "running" }
  | { readonly kind: "startup" }
  | { readonly kind: "revision"; readonly number: number }
  | { readonly kind: "session"; readonly name: string };

export interface Revision {
  readonly number: number;
  /** Unix milliseconds. */
  readonly at: number;
  readonly user: string;
  readonly from: string;
  readonly comment: string;
}

/** A commit that is undone unless it is confirmed. */
export interface Pending {
  readonly revision: number;
  /** The revision that comes back. */
  readonly before: number;
  readonly user: string;
  /** Unix milliseconds. */
  readonly revertsAt: number;
}

export interface SessionSummary {
  readonly name: string;
  readonly user: string;
  /** The revision that it began from. */
  readonly base: number;
  readonly startedAt: number;
}

/** What came of a commit. */
export type Committed =
  /** `waiting`: there is no fast path that takes it now; it will be given to the next. */
  | { readonly outcome: "applied" | "unchanged" | "waiting"; readonly revision: number }
  /** Into a session: nothing is in force. */
  | { readonly outcome: "typed" }
  | { readonly outcome: "wrong"; readonly errors: readonly LineError[]; readonly wrongLines: number }
  /** Another changed the same lines meanwhile. */
  | { readonly outcome: "clash"; readonly clashes: readonly Clash[] };

export interface Clash {
  /** As it is in force: with the lines of its modes; null: it was removed. */
  readonly theirs: string | null;
  readonly mine: string | null;
  readonly user: string;
  readonly revision: number;
}

/** Each rejects with a Sentence when what is asked about does not exist or cannot be read. */
export interface ConfigurationQuestions {
  /** Canonical text; secrets are masked unless `secrets`. */
  text(source: Source, options: RenderOptions): Promise<string>;
  diff(from: Source, to: Source): Promise<readonly DiffLine[]>;
  incomplete(source: Source): Promise<readonly Incomplete[]>;
  /** Latest first. */
  revisions(count: number): Promise<readonly Revision[]>;
}

/** Each rejects with a Sentence when it is refused: nothing has changed then. Operations call them. */
export interface ConfigurationChanges {
  /** Enters lines, the last of which is new and those before which enter its modes: in force at once, or in a session. */
  enter(lines: readonly string[], session: string | null, actor: Actor): Promise<Committed>;
  commit(session: string, options: CommitOptions, actor: Actor): Promise<Committed>;
  rollback(revision: number, options: CommitOptions, actor: Actor): Promise<Committed>;
  /** From now on every change of this actor's session is undone unless it is confirmed. */
  revertTimer(minutes: number, actor: Actor): Promise<void>;
  /** Takes the level at which what waits was changed. */
  confirm(actor: Actor): Promise<void>;
  revertNow(actor: Actor): Promise<Committed>;
  /** Writes the startup file. */
  save(): Promise<Saved>;
  /** Reads the startup file and makes it the configuration. */
  loadStartup(actor: Actor): Promise<Committed>;
}

/** The configuration: what is asked, and what changes it. Sessions are nobody's business before they are committed. */
export interface ConfigurationService extends ConfigurationQuestions, ConfigurationChanges {
  facts(): Facts;
  pending(): Pending | null;
  sessions(): readonly SessionSummary[];
  /** Joins the session of that name, or begins it. */
  begin(session: string, actor: Actor): Promise<void>;
  abort(session: string): Promise<void>;
}

/** The startup file. */
export interface Saved {
  readonly file: string;
  readonly revision: number;
  readonly bytes: number;
}

export interface CommitOptions {
  /** Undone after so many minutes unless it is confirmed. */
  readonly confirmedMinutes?: number | undefined;
  readonly comment?: string | undefined;
}
