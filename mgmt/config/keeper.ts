// Keeps the configuration: takes changes one after the other, each whole or not at all, and undoes those that are not confirmed. A
// change is checked in the store's thread, given to the fast path, then stored.

import type { Actor } from "../operations/operation.ts";
import { Sentence } from "../sentence.ts";
import { momentOf } from "../time.ts";
import { Turns } from "../turns.ts";
import { ConfirmDeadline, type DeadlineParts, type Undone } from "./deadline.ts";
import { InForce, type InForceParts, type Reason, SYSTEM } from "./in-force.ts";
import { incompleteText } from "./incomplete.ts";
import { openConfiguration } from "./opening.ts";
import { PendingCommit } from "./pending.ts";
import type { Change, StoredPending } from "./proposal.ts";
import { ConfigurationReader } from "./reader.ts";
import type {
  CommitOptions,
  Committed,
  ConfigurationChanges,
  ConfigurationService,
  Facts,
  Pending,
  Saved,
  SessionSummary,
} from "./service.ts";
import { readStartupFile, writeStartupFile } from "./startup-file.ts";
import { linesWrong, wrongLinesText } from "./wrong.ts";

export interface ConfigurationKeeperParts extends InForceParts, DeadlineParts {
  /** The startup file. */
  readonly file: string;
}

export class ConfigurationKeeper extends ConfigurationReader implements ConfigurationService, ConfigurationChanges {
  readonly #parts: ConfigurationKeeperParts;
  readonly #pending: PendingCommit;
  readonly #inForce: InForce;
  readonly #deadline: ConfirmDeadline;
  readonly #loaded = Promise.withResolvers<void>();
  /** Changes wait until there is something to change. */
  readonly #turns = new Turns(this.#loaded.promise);
  #sessions: readonly SessionSummary[] = [];
  /** What is wrong with the startup file. */
  #alarm: string | undefined;
  #startedAt = 0;

  constructor(parts: ConfigurationKeeperParts) {
    super(parts);
    this.#parts = parts;
    this.#pending = new PendingCommit(parts);
    this.#inForce = new InForce(parts, this.#pending);
    this.#deadline = new ConfirmDeadline(parts, () => this.#undoIfOver());
  }

  /** Is told of each configuration that comes into force. */
  follow(follower: (facts: Facts) => void): void {
    this.#inForce.follow(follower);
  }

  /** Takes up what was in force, or after a restart of the machine the startup file. Rejects with a Sentence. */
  async load(): Promise<void> {
    const { clock, log } = this.#parts;
    try {
      this.#startedAt = clock.now();
      await this.#pending.load();
      const opening = await openConfiguration(this.#parts);
      this.#alarm = opening.alarm;
      for (const line of opening.told) log.say(opening.alarm === undefined ? "CONFIG" : "CONFIG_REFUSED", line);
      await this.#inForce.open(opening);
      // It was armed, and what was to be undone never came into force.
      if (this.#pending.stored?.before === this.facts().revision) await this.#pending.set(undefined);
      if (!opening.resumed) await this.#tellIncomplete();
    } finally {
      this.#loaded.resolve();
    }
    await this.#deadline.look();
  }

  start(): void {
    this.#deadline.start();
  }

  async stop(): Promise<void> {
    await this.#deadline.stop();
    await this.#turns.over();
  }

  facts(): Facts {
    return this.#inForce.facts;
  }

  status() {
    const { hostname, revision } = this.facts();
    const { committedAt } = this.#inForce;
    return { file: this.#parts.file, hostname, revision, committedAt, pending: this.pending() };
  }

  /** Sentences about what is wrong. */
  alarms(): string[] {
    return [this.#alarm, this.#deadline.alarm].filter((alarm) => alarm !== undefined);
  }

  pending(): Pending | null {
    return this.#pending.told(this.facts().revision);
  }

  sessions(): readonly SessionSummary[] {
    return this.#sessions;
  }

  /** Between two changes of the configuration: for what the fast path is given beside it. */
  between<T>(action: (inForce: InForce) => Promise<T>): Promise<T> {
    return this.#turns.take(() => action(this.#inForce));
  }

  async enter(lines: readonly string[], session: string | null, actor: Actor): Promise<Committed> {
    if (session === null) return this.#change({ kind: "lines", lines }, actor, { visit: this.#visitOf(actor) });
    return this.#turns.take(async () => {
      const errors = await this.#parts.store.call("typeInSession", session, lines);
      return errors.length > 0 ? { outcome: "wrong", errors, wrongLines: errors.length } : { outcome: "typed" };
    });
  }

  commit(session: string, { comment = "", confirmedMinutes }: CommitOptions, actor: Actor): Promise<Committed> {
    return this.#change({ kind: "session", name: session }, actor, { comment, confirmedMinutes });
  }

  rollback(revision: number, { comment, confirmedMinutes }: CommitOptions, actor: Actor): Promise<Committed> {
    const told = comment ?? `rollback to revision ${revision}`;
    return this.#change({ kind: "revision", number: revision }, actor, { comment: told, confirmedMinutes });
  }

  begin(session: string, { user }: Actor): Promise<void> {
    return this.#turns.take(async () => {
      await this.#parts.store.call("beginSession", session, user, this.#parts.clock.now());
      await this.#lookAtSessions();
    });
  }

  abort(session: string): Promise<void> {
    return this.#turns.take(async () => {
      await this.#parts.store.call("abortSession", session);
      await this.#lookAtSessions();
    });
  }

  revertTimer(minutes: number, actor: Actor): Promise<void> {
    return this.#turns.take(async () => {
      this.#pending.admit(actor);
      await this.#pending.arm(this.facts().revision, minutes, actor);
    });
  }

  confirm(actor: Actor): Promise<void> {
    return this.#turns.take(() => this.#pending.confirm(actor));
  }

  revertNow(actor: Actor): Promise<Committed> {
    return this.#revert(actor, "reverted");
  }

  save(): Promise<Saved> {
    return this.#turns.take(async () => {
      const { file } = this.#parts;
      this.#pending.refuseSaving();
      const text = await this.text({ kind: "running" }, { secrets: true });
      await writeStartupFile(file, text);
      this.#alarm = undefined;
      await this.#parts.store.call("firstAdministratorSaved");
      return { file, revision: this.facts().revision, bytes: Buffer.byteLength(text) };
    });
  }

  async loadStartup(actor: Actor): Promise<Committed> {
    const { file } = this.#parts;
    const change = { kind: "text", text: await this.#startupText() } as const;
    const committed = await this.#change(change, actor, { comment: `read from ${file}` });
    if (committed.outcome === "wrong") this.#refused(linesWrong(committed.wrongLines));
    else this.#alarm = undefined;
    if (committed.outcome === "applied" || committed.outcome === "waiting") await this.#tellIncomplete();
    return committed;
  }

  /** Rejects with a Sentence; then the file is wrong, and a restart of the machine would not like it. */
  #startupText(): Promise<string> {
    return readStartupFile(this.#parts.file).catch((error: unknown) => {
      if (error instanceof Sentence) this.#refused(error.message);
      throw error;
    });
  }

  #refused(why: string): void {
    this.#alarm = `${this.#parts.file} was refused and revision ${this.facts().revision} stays in force: ${why}`;
  }

  #revert(actor: Actor, comment: string): Promise<Committed> {
    return this.#turns.take(() => this.#revertNow(this.#pending.waiting(), actor, comment));
  }

  /** Undefined: nothing waits, or it has more time, when its turn has come. Rejects with a Sentence. */
  async #undoIfOver(): Promise<Undone | undefined> {
    if (!this.#pending.isOver()) return undefined;
    return this.#turns.take(async () => {
      const { stored } = this.#pending;
      if (!stored || !this.#pending.isOver()) return undefined;
      const committed = await this.#revertNow(stored, SYSTEM, "not confirmed in time");
      if (committed.outcome === "wrong") throw new Sentence(wrongLinesText(committed.errors, committed.wrongLines));
      return { before: stored.before, revision: this.facts().revision };
    });
  }

  /** Of a text that was loaded whole; people who type are shown it when they ask. */
  async #tellIncomplete(): Promise<void> {
    const text = incompleteText(await this.incomplete({ kind: "running" }));
    if (text !== undefined) this.#parts.log.say("CONFIG_INCOMPLETE", text);
  }

  /** What the commit that waits to be confirmed took the place of is in force again. */
  async #revertNow({ before }: StoredPending, actor: Actor, comment: string): Promise<Committed> {
    const reason = { comment, settles: true };
    const committed = await this.#makeTurn({ kind: "revision", number: before }, actor, reason);
    if (committed.outcome === "unchanged") await this.#pending.set(undefined);
    return committed;
  }

  #change(change: Change, actor: Actor, reason: Reason): Promise<Committed> {
    return this.#turns.take(() => {
      this.#pending.admit(actor);
      return this.#makeTurn(change, actor, reason);
    });
  }

  async #makeTurn(change: Change, actor: Actor, reason: Reason): Promise<Committed> {
    const { store, clock } = this.#parts;
    const proposal = await store.call("proposeConfiguration", change, actor.level, momentOf(clock));
    const committed =
      proposal.outcome === "good" ? await this.#inForce.commit(proposal.prepared, actor, reason) : proposal;
    if (change.kind === "session") await this.#lookAtSessions();
    return committed;
  }

  /** Names what a session types until another commits: the daemon's run and the session. */
  #visitOf({ session }: Actor): string {
    return session === 0 ? "" : `${this.#startedAt}.${session}`;
  }

  async #lookAtSessions(): Promise<void> {
    this.#sessions = await this.#parts.store.call("configurationSessions");
  }
}
