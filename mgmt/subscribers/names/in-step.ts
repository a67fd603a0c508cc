// Keeps the fast path's names and mappings as they are in their file: each change is given to it in the order of the file, and
// whenever it may lack some (another process, no answer) all of them, marked; what is not marked then is taken away.

import { EngineError, type EnginePort } from "../../engine/engine_port.ts";
import { Sentence } from "../../sentence.ts";
import type { Turns } from "../../turns.ts";
import { number } from "../../words.ts";
import type { NameStore } from "./store.ts";

/** One that does not answer is tried again after this. */
const AGAIN_MS = 5000;
/** Pages that are given in one turn: others who tell something wait for so long. */
const PAGES_A_TURN = 4;

/** One that has no room is given all again after this, and after ten times as long as that took. */
const NO_ROOM_AGAIN_MS = 30_000;
const NO_ROOM_AGAIN_TIMES = 10;

export interface InStepParts {
  readonly engine: Pick<EnginePort, "status" | "nowMs" | "changeSubscribers" | "sweepSubscribers">;
  readonly names: Pick<NameStore, "call">;
  /** Nothing is read of the file, or written, and given but in these: so the fast path hears of it in the file's order. */
  readonly turns: Turns;
  /** Names have an effect; undefined: nobody has said yet, and the fast path keeps what it has. */
  isAware(): boolean | undefined;
  /** Another number each time, from 1 to 2^32 - 1: marks what is given. */
  epoch(): number;
}

export class InStep {
  readonly #parts: InStepParts;
  #epoch = 0;
  /** Changes are given as they come: the fast path has what was before, or is being given it. */
  #gives = false;
  #isBehind = false;
  #catchingUp: Promise<void> | undefined;
  /** Not before this boot time is it tried again. */
  #againMs = 0;
  #refused = 0;
  #trouble: string | undefined;

  constructor(parts: InStepParts) {
    this.#parts = parts;
  }

  /** Sentences about what is wrong. */
  alarms(): string[] {
    const full = `${number(this.#refused)} names or mappings found no room in the fast path: what is theirs is not counted as theirs. Start it with more --subscribers.`;
    return [...(this.#refused > 0 ? [full] : []), ...(this.#trouble === undefined ? [] : [this.#trouble])];
  }

  /** The fast path has them all, as far as can be told. */
  get lacksNothing(): boolean {
    return !this.#isBehind && !this.#catchingUp && this.#parts.isAware() !== undefined;
  }

  /** Another process serves, or names have an effect from now on, or none any more. */
  anew(): void {
    this.#isBehind = true;
    this.#againMs = 0;
    void this.look();
  }

  /** In a turn of its caller's, who has changed the file so. */
  async give(changes: Uint8Array): Promise<void> {
    if (!this.#gives || changes.length === 0) return;
    try {
      const { refused } = await this.#parts.engine.changeSubscribers(this.#epoch, changes);
      // While it is given all of them a change may be about a name that comes later, with its mappings.
      if (!this.#catchingUp) this.#refused += refused;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** From time to time: catches up if it is time. Resolves when the fast path lacks nothing, as far as can be told. */
  async look(): Promise<void> {
    const nowMs = this.#parts.engine.nowMs();
    if (this.#refused > 0 && nowMs >= this.#againMs) this.#isBehind = true;
    const { engine, isAware } = this.#parts;
    const isTime = this.#isBehind && nowMs >= this.#againMs && engine.status() !== undefined;
    if (isTime && isAware() !== undefined && !this.#catchingUp) {
      this.#catchingUp = this.#catchUp().finally(() => {
        this.#catchingUp = undefined;
      });
    }
    await this.#catchingUp;
  }

  /** Until it does not catch up any more. */
  async stop(): Promise<void> {
    this.#isBehind = false;
    this.#gives = false;
    await this.#catchingUp;
  }

  async #catchUp(): Promise<void> {
    try {
      while (this.#isBehind) await this.#giveAll();
      this.#trouble = undefined;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Ends early when it has to begin anew. */
  async #giveAll(): Promise<void> {
    const { engine, turns } = this.#parts;
    const begunMs = engine.nowMs();
    this.#isBehind = false;
    this.#gives = this.#parts.isAware() ?? false;
    this.#epoch = this.#parts.epoch();
    let refused = 0;
    for (let after: number | null = this.#gives ? 0 : null; after !== null && !this.#isBehind; ) {
      const given = await turns.take(() => this.#givePages(after ?? 0));
      refused += given.refused;
      after = given.last;
    }
    if (this.#isBehind) return;
    await turns.take(() => engine.sweepSubscribers(this.#epoch));
    this.#refused = refused;
    const nowMs = engine.nowMs();
    this.#againMs = nowMs + Math.max(NO_ROOM_AGAIN_MS, (nowMs - begunMs) * NO_ROOM_AGAIN_TIMES);
  }

  /** A few in a row, of which the next is read while one is given. `last`: null: there are no more. */
  async #givePages(after: number): Promise<{ readonly refused: number; readonly last: number | null }> {
    const { names, engine } = this.#parts;
    let refused = 0;
    let page = await names.call("replay", after);
    for (let left = PAGES_A_TURN; page.last !== null; left--) {
      const giving = engine.changeSubscribers(this.#epoch, page.changes);
      const next = left > 1 ? names.call("replay", page.last) : undefined;
      const [given, read] = await Promise.all([giving, next]);
      refused += given.refused;
      if (!read) break;
      page = read;
    }
    return { refused, last: page.last };
  }

  /** What it lacks it is given when it answers again. */
  #failed(error: unknown): void {
    if (!(error instanceof EngineError) && !(error instanceof Sentence)) throw error;
    this.#trouble = error instanceof Sentence ? `${error.message} The fast path lacks names until then.` : undefined;
    this.#gives = false;
    // Of another process, of which it was told meanwhile, nothing is known yet.
    if (!this.#isBehind) this.#againMs = this.#parts.engine.nowMs() + AGAIN_MS;
    this.#isBehind = true;
  }
}
