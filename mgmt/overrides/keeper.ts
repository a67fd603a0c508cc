// Keeps the overrides: has a change in force as a commit has a configuration, checked, given to the fast path, then stored; and
// ends those whose time is over.

import type { ConfigurationKeeper } from "../config/keeper.ts";
import type { Log } from "../log/log.ts";
import type { Actor } from "../operations/operation.ts";
import { Repeater } from "../repeater.ts";
import { Sentence } from "../sentence.ts";
import type { Store } from "../store/store.ts";
import { type Clock, MINUTE_MS, momentOf, wasSetSince } from "../time.ts";
import { type JudgedOverride, type OverrideQuestions, type OverrideRule, ruleText } from "./override.ts";
import type { OverrideChange, OverrideProposal } from "./proposal.ts";

const LOOK_MS = 200;

/** A store that fails is asked again after this. */
const AGAIN_MS = 10_000;

/** As many as are drawn at once. */
const PAGE = 500;

export interface OverrideKeeperParts {
  readonly store: Pick<Store, "call">;
  readonly clock: Clock;
  readonly log: Pick<Log, "say">;
  readonly configuration: Pick<ConfigurationKeeper, "between">;
}

/** What came of a change. */
export interface Overridden extends Pick<OverrideProposal, "override" | "replaced"> {
  /** `waiting`: there is no fast path that takes it now; it will be given to the next. */
  readonly outcome: "applied" | "waiting";
}

export class OverrideKeeper implements OverrideQuestions {
  readonly #parts: OverrideKeeperParts;
  readonly #looking = new Repeater(() => this.look(), LOOK_MS);
  /** When an override's time is over, in Unix milliseconds; at the start nobody has asked. */
  #nextEnd: number | null = 0;
  /** Not before this boot time is the store asked again. */
  #againMs = 0;

  constructor(parts: OverrideKeeperParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#looking.start();
  }

  async stop(): Promise<void> {
    await this.#looking.stop();
  }

  /** `minutes`: null: for good. Rejects with a Sentence: nothing has changed then. */
  make(rule: OverrideRule, minutes: number | null, reason: string, actor: Actor): Promise<Overridden> {
    const at = this.#parts.clock.now();
    const until = minutes === null ? null : at + minutes * MINUTE_MS;
    return this.#change({ kind: "make", rule, until, ...decision(at, reason, actor) });
  }

  /** Rejects as `make`. */
  clear(number: number, reason: string, actor: Actor): Promise<Overridden> {
    return this.#change({ kind: "clear", number, ...decision(this.#parts.clock.now(), reason, actor) });
  }

  async *list({ ended = false } = {}): AsyncIterable<readonly JudgedOverride[]> {
    const { store } = this.#parts;
    const configured = await store.call("configuredOverrides");
    if (configured.length > 0) yield configured;
    for (let after = 0; ; ) {
      const page = await store.call("overridePage", after, PAGE, ended);
      const last = page.at(-1);
      if (!last) return;
      yield page;
      after = last.number;
    }
  }

  of(address: string, { ended = false } = {}): Promise<readonly JudgedOverride[]> {
    return this.#parts.store.call("overridesOf", address, ended);
  }

  ofEach(addresses: readonly string[]): Promise<readonly (readonly JudgedOverride[])[]> {
    return this.#parts.store.call("overridesOfEach", addresses);
  }

  /** Ends those whose time is over, and sees to it that the fast path ends the others when people were told. */
  async look(): Promise<void> {
    const { clock, log, configuration } = this.#parts;
    if (clock.nowMs() < this.#againMs) return;
    try {
      await configuration.between(async (inForce) => {
        if (this.#nextEnd !== null && clock.now() >= this.#nextEnd) await this.#expire();
        const { reckonedAt } = inForce;
        if (!reckonedAt || !wasSetSince(reckonedAt, momentOf(clock))) return;
        await inForce.renew(await this.#parts.store.call("prepareOverrides", momentOf(clock)));
      });
    } catch (error) {
      if (!(error instanceof Sentence)) throw error;
      this.#againMs = clock.nowMs() + AGAIN_MS;
      log.say("STORE", `Overrides whose time is over are still told as in force: ${error.message}`);
    }
  }

  async #expire(): Promise<void> {
    const { store, clock, log } = this.#parts;
    const { ended, nextEnd } = await store.call("expireOverrides", clock.now());
    for (const each of ended) log.say("OVERRIDE", `Override ${each.number}, ${ruleText(each)}: its time is over.`);
    this.#nextEnd = nextEnd;
  }

  #change(change: OverrideChange): Promise<Overridden> {
    const { store, clock, configuration } = this.#parts;
    return configuration.between(async (inForce) => {
      const { prepared, ...proposal } = await store.call("proposeOverride", change, momentOf(clock));
      const outcome = await inForce.override(prepared, () => store.call("acceptOverride"));
      const { until } = proposal.override;
      if (until !== null) this.#nextEnd = Math.min(until, this.#nextEnd ?? until);
      return { ...proposal, outcome };
    });
  }
}

function decision(at: number, reason: string, { user, from }: Actor) {
  return { at, by: user, from, reason };
}
