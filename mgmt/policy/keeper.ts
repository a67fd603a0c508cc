// Keeps the fast path under the policy of the configuration in force: gives it, and gives it again to a fast path that lost it.

import type { DetectorName } from "../breaches/breach.ts";
import { measuredServices } from "../config/known-services.ts";
import type { LinkMode } from "../config/sections/links.ts";
import { type Applied, EngineError, type EnginePort, type EngineStatus } from "../engine/engine_port.ts";
import { withoutForwarding } from "../engine/policy_blob.ts";
import type { Log } from "../log/log.ts";
import { Repeater } from "../repeater.ts";
import type { Clock } from "../time.ts";
import { Turns } from "../turns.ts";
import type { Prepared } from "./prepare.ts";

const LOOK_MS = 200;

/** A fast path that takes no policy now is asked again after this, or when another process serves. */
const FULL_PAUSE_MS = 10_000;

/** Events tell of a policy within seconds: of more that followed it nobody asks. */
const REVISIONS_MAX = 32;

/** What became of a policy. `waiting`: no fast path takes it now; it is given to the next. */
export type Given =
  | { readonly outcome: "applied" | "waiting" }
  /** `text`: why, a sentence without its full stop. What was in force before is. */
  | { readonly outcome: "refused"; readonly text: string };

export interface PolicyKeeperParts {
  readonly engine: EnginePort;
  readonly log: Pick<Log, "say">;
  readonly clock: Clock;
}

export class PolicyKeeper {
  readonly #parts: PolicyKeeperParts;
  readonly #looking = new Repeater(() => this.look(), LOOK_MS);
  readonly #turns = new Turns();
  /** The names of detectors by the latest revisions, the latest last. */
  readonly #names = new Map<number, Prepared["detectors"]>();
  #policy: Prepared | undefined;
  /** The fast path was not given it yet. */
  #waits = false;
  #refusal: string | undefined;
  /** Where the policy in force was taken, and its generation there, which no other policy of that region has. */
  #taken: { readonly region: string | undefined; readonly generation: number } | undefined;
  /** Not before this boot time is the fast path asked again. */
  #askMs = 0;
  /** Why the fast path takes no policy now. */
  #full: string | undefined;
  #isCutOff = false;

  constructor(parts: PolicyKeeperParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#looking.start();
  }

  async stop(): Promise<void> {
    await this.#looking.stop();
    await this.#turns.over();
  }

  /** Another process serves: what the one before would not take, it may. */
  attached(): void {
    this.#askMs = 0;
  }

  /** From now on the fast path is kept under this policy, unless it refuses it. */
  give(policy: Prepared): Promise<Given> {
    return this.#turns.take(async () => {
      this.#askMs = 0;
      const given = await this.#give(policy);
      if (given.outcome === "refused") return given;
      this.#keep(policy);
      this.#refusal = undefined;
      this.#waits = given.outcome === "waiting";
      return given;
    });
  }

  /** From now on the fast path is kept under this policy, and one that refuses it is an alarm. */
  async keep(policy: Prepared): Promise<void> {
    this.#keep(policy);
    this.#waits = true;
    await this.look();
  }

  /** Gives the fast path its policy if it has another one. */
  look(): Promise<void> {
    return this.#turns.take(async () => {
      const { engine, clock, log } = this.#parts;
      const said = engine.status();
      const policy = this.#policy;
      if (!policy || clock.nowMs() < this.#askMs) return;
      if (!this.#waits && (!said || this.#obeys(said))) return;
      const given = await this.#give(policy);
      if (given.outcome === "waiting") return;
      this.#waits = false;
      this.#refusal = given.outcome === "refused" ? refusedText(policy, given.text) : undefined;
      // Asking this process again would bring the same answer.
      if (this.#refusal !== undefined) this.#askMs = Number.POSITIVE_INFINITY;
      if (this.#refusal !== undefined) log.say("CONFIG_REFUSED", this.#refusal);
      else log.say("CONFIG", `The fast path obeys revision ${policy.facts.revision}.`);
    });
  }

  /** While it is wanted, nothing passes by links that judge: what the configuration says of them holds again after it. */
  async cutOff(wanted: boolean): Promise<void> {
    if (wanted === this.#isCutOff) return;
    this.#isCutOff = wanted;
    this.#askMs = 0;
    this.#waits = this.#policy !== undefined;
    await this.look();
  }

  get isCutOff(): boolean {
    return this.#isCutOff;
  }

  /** The policy that the fast path is kept under; undefined: there is no configuration yet. */
  get inForce(): Prepared | undefined {
    return this.#policy;
  }

  /** What a revision calls a detector; if it is not given or not known, what the latest does that had the detector. */
  nameOf(detector: number, revision?: number | null): DetectorName | null {
    const known = this.#names.get(revision ?? Number.NaN)?.get(detector);
    if (known) return known;
    const latest = [...this.#names.values()].reverse();
    return latest.find((names) => names.has(detector))?.get(detector) ?? null;
  }

  /** What usage is told of: null, if no configuration ever had it. */
  serviceName(id: number): string | null {
    return this.#policy?.serviceNames.get(id) ?? null;
  }

  /** The id of a service of this name; null: none ever had it. */
  serviceId(name: string): number | null {
    return this.#policy?.serviceNames.entries().find(([, each]) => each === name)?.[0] ?? null;
  }

  /** Names of the services that the fast path measures; none while it was not given this policy. */
  measured(): readonly string[] {
    return this.#policy && !this.#waits ? measuredServices(this.#policy.facts) : [];
  }

  /** The mode of link 0, 1, ... as configured. */
  linkModes(): readonly LinkMode[] {
    return this.#policy?.facts.linkModes ?? [];
  }

  /** Names of the services, in the order of the bits that sessions have. */
  services(): readonly string[] {
    return this.#policy?.services ?? [];
  }

  /** The fast path that is there obeys the policy that it was given last. */
  get isObeyed(): boolean {
    const said = this.#parts.engine.status();
    return !this.#waits && said !== undefined && this.#obeys(said);
  }

  /** The revision that waits for a fast path; null: none does. */
  get waiting(): number | null {
    return this.#waits ? (this.#policy?.facts.revision ?? null) : null;
  }

  /** Sentences about what is wrong. */
  alarms(): string[] {
    return [this.#refusal, this.#full && fullText(this.#full)].filter((text) => text !== undefined);
  }

  /**
   * Whether the fast path has the policy that this daemon gave it: by the generation, since a revision's number means another
   * text once the state directory was deleted. A daemon that starts therefore gives its policy once.
   */
  #obeys({ header, live }: EngineStatus): boolean {
    const lost = live.bypass === "no-policy" || live.bypass === "policy-damaged";
    return !lost && header.region === this.#taken?.region && live.policyGeneration === this.#taken.generation;
  }

  #keep(policy: Prepared): void {
    const { revision } = policy.facts;
    this.#policy = policy;
    this.#names.delete(revision);
    this.#names.set(revision, policy.detectors);
    const [oldest] = this.#names.keys();
    if (this.#names.size > REVISIONS_MAX && oldest !== undefined) this.#names.delete(oldest);
  }

  async #give(policy: Prepared): Promise<Given> {
    const { engine } = this.#parts;
    const applied = await this.#apply(policy);
    if (!applied) return { outcome: "waiting" };
    if (!applied.ok && applied.full) {
      this.#postpone(applied.text);
      return { outcome: "waiting" };
    }
    this.#full = undefined;
    if (!applied.ok) return { outcome: "refused", text: applied.text };
    this.#taken = { region: engine.status()?.header.region, generation: applied.generation };
    return { outcome: "applied" };
  }

  #postpone(reason: string): void {
    const { log, clock } = this.#parts;
    this.#askMs = clock.nowMs() + FULL_PAUSE_MS;
    if (reason !== this.#full) log.say("CONFIG_WAITING", fullText(reason));
    this.#full = reason;
  }

  /** Undefined: nobody answers. */
  async #apply({ blob }: Prepared): Promise<Applied | undefined> {
    try {
      return await this.#parts.engine.apply(this.#isCutOff ? withoutForwarding(blob) : blob);
    } catch (error) {
      if (error instanceof EngineError) return undefined;
      throw error;
    }
  }
}

function refusedText({ facts }: Prepared, reason: string): string {
  return `The fast path refused revision ${facts.revision}, and judges by what it had before: ${reason}.`;
}

function fullText(reason: string): string {
  return `The fast path takes no policy now: ${reason}. It is asked again every ${FULL_PAUSE_MS / 1000} seconds, and when it is restarted.`;
}
