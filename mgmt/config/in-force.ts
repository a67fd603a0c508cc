// The configuration in force, and how another takes its place: given to the fast path, then stored. What is not stored is not in
// force.

import type { Actor } from "../operations/operation.ts";
import type { PolicyKeeper } from "../policy/keeper.ts";
import type { Prepared } from "../policy/prepare.ts";
import { Sentence } from "../sentence.ts";
import type { Store } from "../store/store.ts";
import type { Clock, Moment } from "../time.ts";
import { emptyConfiguration } from "./configuration.ts";
import { factsOf } from "./facts.ts";
import type { Opening } from "./opening.ts";
import type { PendingCommit } from "./pending.ts";
import type { Committed, Facts } from "./service.ts";

export interface InForceParts {
  /** The kernel's: tells whether the machine was restarted. */
  readonly bootId: string;
  readonly store: Pick<Store, "call">;
  readonly policy: Pick<PolicyKeeper, "give" | "keep">;
  readonly clock: Clock;
}

/** How a change is remembered. */
export interface Reason {
  readonly comment?: string;
  /** Names the session's lines that are one revision; left out: a revision of its own. */
  readonly visit?: string;
  readonly confirmedMinutes?: number | undefined;
  /** Nothing waits to be confirmed afterwards. */
  readonly settles?: boolean;
}

/** Who acts when nobody asked. */
export const SYSTEM: Actor = { user: "system", level: 15, from: "appliance", session: 0 };

export class InForce {
  readonly #parts: InForceParts;
  readonly #pending: PendingCommit;
  readonly #followers: ((facts: Facts) => void)[] = [];
  #prepared: Prepared | undefined;
  #facts: Facts = factsOf(emptyConfiguration(), 0);
  #committedAt: number | null = null;

  constructor(parts: InForceParts, pending: PendingCommit) {
    this.#parts = parts;
    this.#pending = pending;
  }

  get facts(): Facts {
    return this.#facts;
  }

  /** Unix milliseconds; null: there is no configuration yet. */
  get committedAt(): number | null {
    return this.#committedAt;
  }

  /** Is told of each configuration that comes into force. */
  follow(follower: (facts: Facts) => void): void {
    this.#followers.push(follower);
  }

  /** What the daemon begins with. Rejects with a Sentence. */
  async open({ proposal, resumed, at, comment }: Opening): Promise<void> {
    if (proposal?.outcome !== "good") return;
    // What was not confirmed ended with the machine's run, unless it is all that is left.
    if (!resumed) await this.#accept(SYSTEM, { comment, settles: true });
    this.#become(proposal.prepared, at ?? this.#parts.clock.now());
    await this.#parts.policy.keep(proposal.prepared);
  }

  /** Has what was proposed in force. Rejects with a Sentence when the fast path or the store refuses it. */
  async commit(prepared: Prepared, actor: Actor, reason: Reason): Promise<Committed> {
    const { clock } = this.#parts;
    const before = this.#pending.stored;
    if (reason.confirmedMinutes !== undefined) {
      await this.#pending.arm(this.#facts.revision, reason.confirmedMinutes, actor);
    } else if (!reason.settles) await this.#pending.join(actor);
    try {
      const outcome = await this.#give(prepared, () => this.#accept(actor, reason));
      this.#become(prepared, clock.now());
      return { outcome, revision: prepared.facts.revision };
    } catch (error) {
      await this.#undo(before).catch(() => {});
      throw error;
    }
  }

  /** Has the same configuration in force with other overrides. Rejects as `commit`; `store` too. */
  async override(prepared: Prepared, store: () => Promise<void>): Promise<"applied" | "waiting"> {
    const outcome = await this.#give(prepared, store);
    this.#prepared = prepared;
    return outcome;
  }

  /** The overrides are the same, and the clock by which their ends are reckoned is not. */
  async renew(prepared: Prepared): Promise<void> {
    this.#prepared = prepared;
    await this.#parts.policy.keep(prepared);
  }

  /** What the clocks said when ends of overrides were reckoned; null: there are none. */
  get reckonedAt(): Moment | null {
    return this.#prepared?.reckonedAt ?? null;
  }

  /** To the fast path, then to the store: both have it, or neither. */
  async #give(prepared: Prepared, store: () => Promise<void>): Promise<"applied" | "waiting"> {
    const { policy } = this.#parts;
    const given = await policy.give(prepared);
    if (given.outcome === "refused") throw new Sentence(`The fast path refused it: ${given.text}.`);
    try {
      await store();
      return given.outcome;
    } catch (error) {
      if (this.#prepared) await policy.keep(this.#prepared);
      throw error;
    }
  }

  async #undo(before: PendingCommit["stored"]): Promise<void> {
    await this.#parts.store.call("dropConfiguration");
    if (this.#pending.stored !== before) await this.#pending.set(before);
  }

  async #accept({ user, from }: Actor, { comment = "", visit = "", settles = false }: Reason): Promise<void> {
    const { store, clock, bootId } = this.#parts;
    await store.call("acceptConfiguration", { at: clock.now(), user, from, comment, visit, bootId, settles });
    if (settles) this.#pending.settled();
  }

  #become(prepared: Prepared, at: number): void {
    this.#prepared = prepared;
    this.#facts = prepared.facts;
    this.#committedAt = at;
    for (const follower of this.#followers) follower(prepared.facts);
  }
}
