// When the time to confirm a commit is over: has it undone, tells so, and tries again when that failed.

import type { Log } from "../log/log.ts";
import type { AuditEntry } from "../operations/operation.ts";
import { Repeater } from "../repeater.ts";
import { Sentence } from "../sentence.ts";
import type { Clock } from "../time.ts";
import { SYSTEM } from "./in-force.ts";

const LOOK_MS = 200;

/** An undoing that failed is tried again after this. */
const AGAIN_MS = 10_000;

export interface DeadlineParts {
  readonly clock: Clock;
  readonly log: Pick<Log, "say">;
  audit(entry: AuditEntry): Promise<void>;
}

/** What was undone: the revision that came back, and its number now. */
export interface Undone {
  readonly before: number;
  readonly revision: number;
}

export class ConfirmDeadline {
  readonly #parts: DeadlineParts;
  readonly #undo: () => Promise<Undone | undefined>;
  readonly #looking = new Repeater(() => this.look(), LOOK_MS);
  #alarm: string | undefined;
  #againMs = 0;

  /** `undo`: undoes the commit whose time is over; undefined: there is none. Rejects with a Sentence. */
  constructor(parts: DeadlineParts, undo: () => Promise<Undone | undefined>) {
    this.#parts = parts;
    this.#undo = undo;
  }

  start(): void {
    this.#looking.start();
  }

  async stop(): Promise<void> {
    await this.#looking.stop();
  }

  /** Why what was not confirmed cannot be undone, if so: a sentence. */
  get alarm(): string | undefined {
    return this.#alarm;
  }

  async look(): Promise<void> {
    const { clock } = this.#parts;
    if (clock.nowMs() < this.#againMs) return;
    try {
      const undone = await this.#undo();
      this.#alarm = undefined;
      if (undone) await this.#tell(undone);
    } catch (error) {
      if (!(error instanceof Sentence)) throw error;
      this.#againMs = clock.nowMs() + AGAIN_MS;
      this.#complain(`What was not confirmed in time cannot be undone: ${error.message}`);
    }
  }

  async #tell({ before, revision }: Undone): Promise<void> {
    const { clock, log, audit } = this.#parts;
    log.say("CONFIG", `Revision ${revision} is what revision ${before} was: what followed was not confirmed in time.`);
    const { user, from, level } = SYSTEM;
    const did = { operation: "configuration.revert", text: `to revision ${before}: not confirmed in time`, revision };
    await audit({ ...did, at: clock.now(), user, from, level, outcome: "done", reason: "" });
  }

  #complain(alarm: string): void {
    if (alarm !== this.#alarm) this.#parts.log.say("CONFIG_REFUSED", alarm);
    this.#alarm = alarm;
  }
}
