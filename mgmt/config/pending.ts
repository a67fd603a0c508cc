// A commit that is undone unless it is confirmed. What comes back and when is stored before the commit is in force, so that
// neither a crash nor a restart of the machine leaves it in force for good.

import type { Actor } from "../operations/operation.ts";
import { Sentence } from "../sentence.ts";
import type { Store } from "../store/store.ts";
import { type Clock, unixTime } from "../time.ts";
import type { StoredPending } from "./proposal.ts";
import type { Pending } from "./service.ts";

export interface PendingCommitParts {
  readonly store: Pick<Store, "call">;
  readonly clock: Clock;
  readonly bootId: string;
}

export class PendingCommit {
  readonly #parts: PendingCommitParts;
  #stored: StoredPending | undefined;
  /** Whoever armed it before this daemon started types in another session now. */
  #ours = false;

  constructor(parts: PendingCommitParts) {
    this.#parts = parts;
  }

  /** Rejects with a Sentence. */
  async load(): Promise<void> {
    this.#stored = await this.#parts.store.call("pendingCommit");
  }

  get stored(): StoredPending | undefined {
    return this.#stored;
  }

  /** What is told of it. */
  told(revision: number): Pending | null {
    const stored = this.#stored;
    if (!stored) return null;
    const { before, user, revertsMs } = stored;
    return { revision, before, user, revertsAt: unixTime(this.#parts.clock, revertsMs) };
  }

  /** True when it was not confirmed in time; a restart of the machine ends the time. */
  isOver(): boolean {
    const { clock, bootId } = this.#parts;
    const stored = this.#stored;
    return stored !== undefined && (stored.bootId !== bootId || clock.nowMs() >= stored.revertsMs);
  }

  /** Throws a Sentence when this is another session than the one whose commit waits. */
  admit(actor: Actor): void {
    const stored = this.#stored;
    if (!stored || (this.#ours && actor.session === stored.session)) return;
    throw new Sentence(
      `A change by ${stored.user} waits to be confirmed: "configure confirm" or "configure revert now" first.`,
    );
  }

  /** What waits. Throws a Sentence when nothing does. */
  waiting(): StoredPending {
    if (!this.#stored) throw new Sentence("No change waits to be confirmed.");
    return this.#stored;
  }

  /** Throws a Sentence while something waits: what was not confirmed must not outlive the machine's run. */
  refuseSaving(): void {
    if (!this.#stored) return;
    throw new Sentence('A change waits to be confirmed: "configure confirm" or "configure revert now" first.');
  }

  /** Rejects with a Sentence when nothing waits, or it was changed at a higher level than the actor's. */
  async confirm(actor: Actor): Promise<void> {
    const { user, level } = this.waiting();
    if (actor.level < level) throw new Sentence(`${user} changed it at level ${level}: that is needed to confirm it.`);
    await this.set(undefined);
  }

  /** The actor changes more, if something waits: it takes his level to confirm it. Rejects with a Sentence. */
  async join({ level }: Actor): Promise<void> {
    if (this.#stored && this.#stored.level < level) await this.set({ ...this.#stored, level });
  }

  /** What comes back stays what it was when it was armed first; the time begins anew. Rejects with a Sentence. */
  async arm(before: number, minutes: number, actor: Actor): Promise<void> {
    if (before === 0) throw new Sentence("Nothing is in force that could come back: commit without confirming first.");
    const { clock, bootId } = this.#parts;
    const { user, session } = actor;
    const revertsMs = Math.round(clock.nowMs() + minutes * 60_000);
    const stored = this.#stored ?? { before, level: actor.level };
    const level = stored.level > actor.level ? stored.level : actor.level;
    await this.set({ before: stored.before, user, level, session, bootId, revertsMs });
  }

  /** Rejects with a Sentence. */
  async set(stored: StoredPending | undefined): Promise<void> {
    await this.#parts.store.call("setPendingCommit", stored ?? null);
    this.#stored = stored;
    this.#ours = stored !== undefined;
  }

  /** The store knows already. */
  settled(): void {
    this.#stored = undefined;
  }
}
