// Keeps the fast path under the policy of the configuration file: reads it, has it checked, gives it, and gives it again to a
// fast path that lost it. A refused file changes nothing.

import type { LineError } from "../../cli/grammar/line-error.ts";
import type { DetectorName } from "../breaches/breach.ts";
import { type Applied, EngineError, type EnginePort, type EngineStatus } from "../engine/engine_port.ts";
import type { Log } from "../log/log.ts";
import type { Mnemonic } from "../log/mnemonics.ts";
import { Repeater } from "../repeater.ts";
import { Sentence } from "../sentence.ts";
import type { Revision } from "../store/revision-table.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "../time.ts";
import { readConfigurationFile } from "./file.ts";
import { linesWrong, type Refusal, type ReloadResult, reloadText } from "./outcome.ts";
import type { LinkMode, Prepared } from "./prepare.ts";

const LOOK_MS = 200;

/** A fast path that takes no policy now is asked again after this, or when another process serves. */
const FULL_PAUSE_MS = 10_000;

export interface PolicyStatus {
  readonly file: string;
  /** The configuration that the fast path obeys, or last obeyed; null: none ever. */
  readonly revision: number | null;
  /** Unix milliseconds. */
  readonly appliedAt: number | null;
  /** The revision that waits for a fast path. */
  readonly waiting: number | null;
  readonly refusal: Refusal | null;
  readonly hostname: string | null;
}

export interface KeeperParts {
  readonly file: string;
  readonly engine: EnginePort;
  readonly store: Pick<Store, "call">;
  readonly log: Pick<Log, "say">;
  readonly clock: Clock;
}

export class PolicyKeeper {
  readonly #parts: KeeperParts;
  readonly #looking = new Repeater(() => this.look(), LOOK_MS);
  readonly #forgotten = new Map<number, DetectorName>();
  #inForce: Prepared | undefined;
  #appliedAt: number | null = null;
  #waiting: Prepared | undefined;
  #refusal: Refusal | undefined;
  /** Obeyed, and not in the store yet. */
  #unsaved: Revision | undefined;
  /** Where the policy in force was taken, and its generation there, which no other policy of that region has. */
  #taken: { readonly region: string | undefined; readonly generation: number } | undefined;
  /** Not before this boot time is the fast path asked again. */
  #askMs = 0;
  /** Why the fast path takes no policy now. */
  #full: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Takes up the last applied configuration from the store, then the file. */
  async load(): Promise<void> {
    await this.#resume();
    await this.reload();
  }

  start(): void {
    this.#looking.start();
  }

  async stop(): Promise<void> {
    await this.#looking.stop();
    await this.#turn;
  }

  /** Another process serves: what the one before would not take, it may. */
  attached(): void {
    this.#askMs = 0;
  }

  /** Reads the file and applies it: whole, or not at all. */
  reload(): Promise<ReloadResult> {
    return this.#inTurn(async () => {
      const result = await this.#reload();
      this.#refusal = result.outcome === "refused" ? result.refusal : undefined;
      this.#tell(result);
      return result;
    });
  }

  /** Gives the fast path its policy if it has another one; saves what could not be saved. */
  look(): Promise<void> {
    return this.#inTurn(async () => {
      const { engine, clock } = this.#parts;
      const said = engine.status();
      const policy = this.#waiting ?? this.#inForce;
      if (said && policy && (this.#waiting || !this.#obeys(said)) && clock.nowMs() >= this.#askMs) {
        const result = await this.#give(policy);
        if (result.outcome === "refused") this.#refusal = result.refusal;
        if (result.outcome !== "waiting") this.#tell(result);
      }
      await this.#save().catch(onlySentences);
    });
  }

  /** What the configuration calls a detector. */
  nameOf(detector: number): DetectorName | null {
    return (
      this.#inForce?.detectors.get(detector) ??
      this.#waiting?.detectors.get(detector) ??
      this.#forgotten.get(detector) ??
      null
    );
  }

  /** The mode of link 0, 1, ... as configured. */
  linkModes(): readonly LinkMode[] {
    return this.#inForce?.linkModes ?? [];
  }

  /** Names of the services, in the order of the bits that sessions have. */
  services(): readonly string[] {
    return this.#inForce?.services ?? [];
  }

  status(): PolicyStatus {
    return {
      file: this.#parts.file,
      revision: this.#inForce?.revision ?? null,
      appliedAt: this.#appliedAt,
      waiting: this.#waiting?.revision ?? null,
      refusal: this.#refusal ?? null,
      hostname: this.#inForce?.hostname ?? null,
    };
  }

  /** Sentences about what is wrong. */
  alarms(): string[] {
    const unsaved =
      this.#unsaved && `Revision ${this.#unsaved.number} is in force and not saved: the store does not take it.`;
    const full = this.#full && fullText(this.#full);
    return [this.#refusal?.text, full, unsaved].filter((text) => text !== undefined);
  }

  async #resume(): Promise<void> {
    const { store, log } = this.#parts;
    const latest = await store.call("latestRevision");
    if (!latest) return;
    const preparation = await store.call("preparePolicy", latest.text);
    if ("errors" in preparation) {
      const text = `Revision ${latest.number}, applied before, cannot be understood any more: apply a new file.`;
      log.say("CONFIG_REFUSED", text);
    } else {
      this.#inForce = preparation.prepared;
      this.#appliedAt = latest.appliedAt;
    }
  }

  async #reload(): Promise<ReloadResult> {
    const { file, store } = this.#parts;
    try {
      // One whose number the store does not know yet would give its number away.
      await this.#save();
      const preparation = await store.call("preparePolicy", await readConfigurationFile(file));
      if ("errors" in preparation) return this.#refused(linesWrong(preparation.wrongLines), preparation.errors);
      const { prepared } = preparation;
      this.#waiting = undefined;
      if (prepared.revision === this.#inForce?.revision)
        return { outcome: "unchanged", file, revision: prepared.revision };
      this.#waiting = prepared;
      this.#askMs = 0;
      return await this.#give(prepared);
    } catch (error) {
      if (error instanceof Sentence) return this.#refused(error.message);
      throw error;
    }
  }

  /**
   * Whether the fast path has the policy that this daemon gave it: by the generation, since a revision's number means another
   * text once the state directory was deleted. A daemon that starts therefore gives its policy once.
   */
  #obeys({ header, live }: EngineStatus): boolean {
    const lost = live.bypass === "no-policy" || live.bypass === "policy-damaged";
    return !lost && header.region === this.#taken?.region && live.policyGeneration === this.#taken.generation;
  }

  async #give(policy: Prepared): Promise<ReloadResult> {
    const { file, engine } = this.#parts;
    const { revision } = policy;
    const applied = await this.#apply(policy);
    if (!applied) return { outcome: "waiting", file, revision };
    if (!applied.ok && applied.full) {
      this.#postpone(applied.text);
      return { outcome: "waiting", file, revision };
    }
    this.#full = undefined;
    this.#waiting = undefined;
    if (!applied.ok) {
      // Asking this process again would bring the same answer.
      if (policy === this.#inForce) this.#askMs = Number.POSITIVE_INFINITY;
      return this.#refused(`The fast path refused it: ${applied.text}.`);
    }
    this.#taken = { region: engine.status()?.header.region, generation: applied.generation };
    if (policy !== this.#inForce) await this.#obeyed(policy);
    return { outcome: "applied", file, revision };
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
      return await this.#parts.engine.apply(blob);
    } catch (error) {
      if (error instanceof EngineError) return undefined;
      throw error;
    }
  }

  async #obeyed(policy: Prepared): Promise<void> {
    for (const [id, name] of this.#inForce?.detectors ?? []) this.#forgotten.set(id, name);
    this.#inForce = policy;
    this.#appliedAt = this.#parts.clock.now();
    this.#unsaved = { number: policy.revision, text: policy.text, appliedAt: this.#appliedAt };
    await this.#save().catch(onlySentences);
  }

  /** Rejects with a Sentence when the store does not take it: it is kept. */
  async #save(): Promise<void> {
    if (!this.#unsaved) return;
    await this.#parts.store.call("saveRevision", this.#unsaved);
    this.#unsaved = undefined;
  }

  #refused(reason: string, errors: readonly LineError[] = []): ReloadResult {
    const stays = this.#inForce
      ? `revision ${this.#inForce.revision} stays in force`
      : "the fast path keeps what it has";
    return { outcome: "refused", refusal: { text: `${this.#parts.file} was refused and ${stays}: ${reason}`, errors } };
  }

  #tell(result: ReloadResult): void {
    this.#parts.log.say(mnemonicOf(result), reloadText(result));
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(action);
    this.#turn = done.catch(() => {});
    return done;
  }
}

function mnemonicOf({ outcome }: ReloadResult): Mnemonic {
  if (outcome === "refused") return "CONFIG_REFUSED";
  return outcome === "waiting" ? "CONFIG_WAITING" : "CONFIG";
}

function fullText(reason: string): string {
  return `The fast path takes no policy now: ${reason}. It is asked again every ${FULL_PAUSE_MS / 1000} seconds, and when it is restarted.`;
}

function onlySentences(error: unknown): void {
  if (!(error instanceof Sentence)) throw error;
}
