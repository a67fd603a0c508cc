// Keeps the configuration in force: takes changes one after the other, each whole or not at all, and undoes those that are not
// confirmed. A change is checked in the store's thread, given to the fast path, then stored: what is stored is in force.

import type { Log } from "../log/log.ts";
import type { Actor } from "../operations/operation.ts";
import type { PolicyKeeper } from "../policy/keeper.ts";
import type { Prepared } from "../policy/prepare.ts";
import { Repeater } from "../repeater.ts";
import { Sentence } from "../sentence.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "../time.ts";
import { emptyConfiguration } from "./configuration.ts";
import type { DiffLine } from "./diff.ts";
import { type Opening, openConfiguration } from "./opening.ts";
import { PendingCommit } from "./pending.ts";
import type { Change, TextSource } from "./proposal.ts";
import type { Incomplete } from "./section.ts";
import type {
  CommitOptions,
  Committed,
  ConfigurationService,
  Facts,
  Pending,
  Revision,
  Saved,
  SessionSummary,
  Source,
} from "./service.ts";
import { readStartupFile, writeStartupFile } from "./startup-file.ts";
import { linesWrong } from "./wrong.ts";

const LOOK_MS = 200;

/** A revert that failed is tried again after this. */
const REVERT_AGAIN_MS = 10_000;

export interface ConfigurationKeeperParts {
  /** The startup file. */
  readonly file: string;
  /** The kernel's: tells whether the machine was restarted. */
  readonly bootId: string;
  readonly store: Pick<Store, "call">;
  readonly policy: Pick<PolicyKeeper, "give" | "keep">;
  readonly log: Pick<Log, "say">;
  readonly clock: Clock;
}

/** How a change is remembered. */
interface Reason {
  readonly comment?: string;
  readonly visit?: string;
  readonly confirmedMinutes?: number | undefined;
  /** It ends the wait for a confirmation. */
  readonly settles?: boolean;
}

/** Who acts when nobody asked. */
const SYSTEM: Actor = { user: "system", level: 15, from: "appliance", session: 0 };

export class ConfigurationKeeper implements ConfigurationService {
  readonly #parts: ConfigurationKeeperParts;
  readonly #pending: PendingCommit;
  readonly #looking = new Repeater(() => this.look(), LOOK_MS);
  readonly #followers: ((facts: Facts) => void)[] = [];
  #prepared: Prepared | undefined;
  #facts: Facts = { ...emptyConfiguration(), zones: [], revision: 0 };
  #committedAt: number | null = null;
  #sessions: readonly SessionSummary[] = [];
  /** The startup file is not what is in force after a start, and why. */
  #alarm: string | undefined;
  #revertMs = 0;
  #startedAt = 0;
  /** Changes wait for it. */
  readonly #loaded = Promise.withResolvers<void>();
  #turn: Promise<unknown> = this.#loaded.promise;

  constructor(parts: ConfigurationKeeperParts) {
    this.#parts = parts;
    this.#pending = new PendingCommit(parts);
  }

  /** Is told of each configuration that comes into force. */
  follow(follower: (facts: Facts) => void): void {
    this.#followers.push(follower);
  }

  /** Takes up what was in force, or after a restart of the machine the startup file. Rejects with a Sentence. */
  async load(): Promise<void> {
    try {
      this.#startedAt = this.#parts.clock.now();
      await this.#pending.load();
      const opening = await openConfiguration(this.#parts);
      this.#alarm = opening.alarm;
      for (const line of opening.told)
        this.#parts.log.say(opening.alarm === undefined ? "CONFIG" : "CONFIG_REFUSED", line);
      await this.#take(opening);
    } finally {
      this.#loaded.resolve();
    }
    await this.look();
  }

  start(): void {
    this.#looking.start();
  }

  async stop(): Promise<void> {
    await this.#looking.stop();
    await this.#turn;
  }

  /** Undoes a commit whose time to be confirmed is over. */
  async look(): Promise<void> {
    const { clock, log } = this.#parts;
    if (!this.#pending.isOver() || clock.nowMs() < this.#revertMs) return;
    this.#revertMs = clock.nowMs() + REVERT_AGAIN_MS;
    try {
      const { before } = this.#pending.stored ?? {};
      const committed = await this.#revert(SYSTEM, "not confirmed in time");
      log.say(
        "CONFIG",
        `Revision ${this.#facts.revision}: what revision ${before} said, since what followed was not confirmed in time.`,
      );
      if (committed.outcome === "wrong") throw new Sentence(linesWrong(committed.wrongLines));
    } catch (error) {
      if (!(error instanceof Sentence)) throw error;
      log.say("CONFIG_REFUSED", `What was not confirmed in time cannot be undone: ${error.message}`);
    }
  }

  facts(): Facts {
    return this.#facts;
  }

  status() {
    const { hostname, revision } = this.#facts;
    return { file: this.#parts.file, hostname, revision, committedAt: this.#committedAt, pending: this.pending() };
  }

  get alarm(): string | undefined {
    return this.#alarm;
  }

  pending(): Pending | null {
    return this.#pending.told(this.#facts.revision);
  }

  sessions(): readonly SessionSummary[] {
    return this.#sessions;
  }

  async text(source: Source, { secrets }: { readonly secrets: boolean }): Promise<string> {
    return this.#parts.store.call("configurationText", await this.#readable(source), secrets);
  }

  async diff(from: Source, to: Source): Promise<readonly DiffLine[]> {
    return this.#parts.store.call("configurationDiff", await this.#readable(from), await this.#readable(to));
  }

  async incomplete(source: Source): Promise<readonly Incomplete[]> {
    return this.#parts.store.call("configurationIncomplete", await this.#readable(source));
  }

  revisions(count: number): Promise<readonly Revision[]> {
    return this.#parts.store.call("revisions", count);
  }

  async enter(lines: readonly string[], session: string | null, actor: Actor): Promise<Committed> {
    if (session === null) return this.#change({ kind: "lines", lines }, actor, { visit: this.#visitOf(actor) });
    const errors = await this.#parts.store.call("typeInSession", session, lines);
    if (errors.length > 0) return { outcome: "wrong", errors, wrongLines: errors.length };
    return { outcome: "unchanged", revision: this.#facts.revision };
  }

  replace(text: string, actor: Actor, comment = ""): Promise<Committed> {
    return this.#change({ kind: "text", text }, actor, { comment });
  }

  commit(session: string, { comment = "", confirmedMinutes }: CommitOptions, actor: Actor): Promise<Committed> {
    return this.#change({ kind: "session", name: session }, actor, { comment, confirmedMinutes });
  }

  rollback(revision: number, { comment, confirmedMinutes }: CommitOptions, actor: Actor): Promise<Committed> {
    const told = comment ?? `rollback to revision ${revision}`;
    return this.#change({ kind: "revision", number: revision }, actor, { comment: told, confirmedMinutes });
  }

  async begin(session: string, { user }: Actor): Promise<void> {
    await this.#parts.store.call("beginSession", session, user, this.#parts.clock.now());
    await this.#lookAtSessions();
  }

  async abort(session: string): Promise<void> {
    await this.#parts.store.call("abortSession", session);
    await this.#lookAtSessions();
  }

  revertTimer(minutes: number, actor: Actor): Promise<void> {
    return this.#inTurn(async () => {
      this.#pending.admit(actor);
      await this.#pending.arm(this.#facts.revision, minutes, actor);
    });
  }

  confirm(): Promise<void> {
    return this.#inTurn(async () => {
      this.#pendingOrThrow();
      await this.#pending.set(undefined);
    });
  }

  async revertNow(actor: Actor): Promise<Committed> {
    this.#pendingOrThrow();
    return this.#revert(actor, "reverted");
  }

  save(): Promise<Saved> {
    return this.#inTurn(async () => {
      const { file } = this.#parts;
      if (this.#pending.stored) {
        throw new Sentence('A change waits to be confirmed: "configure confirm" or "configure revert now" first.');
      }
      const text = await this.text({ kind: "running" }, { secrets: true });
      await writeStartupFile(file, text);
      this.#alarm = undefined;
      return { file, revision: this.#facts.revision, bytes: Buffer.byteLength(text) };
    });
  }

  async loadStartup(actor: Actor): Promise<Committed> {
    const { file } = this.#parts;
    const refused = (why: string) => {
      this.#alarm = `${file} was refused and revision ${this.#facts.revision} stays in force: ${why}`;
    };
    try {
      const committed = await this.replace(await readStartupFile(file), actor, `read from ${file}`);
      if (committed.outcome === "wrong") refused(linesWrong(committed.wrongLines));
      else this.#alarm = undefined;
      return committed;
    } catch (error) {
      if (error instanceof Sentence) refused(error.message);
      throw error;
    }
  }

  async #revert(actor: Actor, comment: string): Promise<Committed> {
    const { before } = this.#pendingOrThrow();
    const committed = await this.#change({ kind: "revision", number: before }, actor, { comment, settles: true });
    if (committed.outcome === "unchanged") await this.#pending.set(undefined);
    return committed;
  }

  #pendingOrThrow() {
    const { stored } = this.#pending;
    if (!stored) throw new Sentence("No change waits to be confirmed.");
    return stored;
  }

  #change(change: Change, actor: Actor, reason: Reason): Promise<Committed> {
    return this.#inTurn(async () => {
      if (!reason.settles) this.#pending.admit(actor);
      const proposal = await this.#parts.store.call("proposeConfiguration", change);
      if (change.kind === "session") await this.#lookAtSessions();
      if (proposal.outcome !== "good") return proposal;
      return this.#commit(proposal.prepared, actor, reason);
    });
  }

  /** Gives it to the fast path, stores it, and has it in force. */
  async #commit(prepared: Prepared, actor: Actor, reason: Reason): Promise<Committed> {
    const { store, policy } = this.#parts;
    const armed = this.#pending.stored;
    const undo = async () => {
      await store.call("dropConfiguration");
      if (reason.confirmedMinutes !== undefined) await this.#pending.set(armed);
    };
    if (reason.confirmedMinutes !== undefined) {
      await this.#pending.arm(this.#facts.revision, reason.confirmedMinutes, actor);
    }
    const given = await policy.give(prepared);
    if (given.outcome === "refused") {
      await undo();
      throw new Sentence(`The fast path refused it: ${given.text}.`);
    }
    try {
      await this.#accept(actor, reason);
    } catch (error) {
      // What is not stored is not in force.
      if (this.#prepared) await policy.give(this.#prepared);
      await undo().catch(() => {});
      throw error;
    }
    if (reason.settles) this.#pending.settled();
    this.#inForce(prepared, this.#parts.clock.now());
    await this.#lookAtSessions();
    return { outcome: given.outcome, revision: prepared.facts.revision };
  }

  /** Names what a session types until another commits: the daemon's run and the session. */
  #visitOf({ session }: Actor): string {
    return session === 0 ? "" : `${this.#startedAt}.${session}`;
  }

  async #accept({ user, from }: Actor, { comment = "", visit = "", settles = false }: Reason): Promise<void> {
    const { store, clock, bootId } = this.#parts;
    await store.call("acceptConfiguration", { at: clock.now(), user, from, comment, visit, bootId, settles });
  }

  /** What the daemon begins with. */
  async #take({ proposal, resumed, at, comment }: Opening): Promise<void> {
    if (proposal?.outcome !== "good") return;
    if (!resumed) await this.#accept(SYSTEM, { comment });
    this.#inForce(proposal.prepared, at ?? this.#parts.clock.now());
    await this.#parts.policy.keep(proposal.prepared);
  }

  #inForce(prepared: Prepared, at: number): void {
    this.#prepared = prepared;
    this.#facts = prepared.facts;
    this.#committedAt = at;
    for (const follower of this.#followers) follower(prepared.facts);
  }

  async #readable(source: Source): Promise<TextSource> {
    if (source.kind !== "startup") return source;
    const { file } = this.#parts;
    const text = await readStartupFile(file).catch((error: unknown) => {
      throw error instanceof Sentence ? new Sentence(`${file}: ${error.message}`) : error;
    });
    return { kind: "text", name: file, text };
  }

  async #lookAtSessions(): Promise<void> {
    this.#sessions = await this.#parts.store.call("configurationSessions");
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(action);
    this.#turn = done.catch(() => {});
    return done;
  }
}
