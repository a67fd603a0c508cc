// Tells what is wrong with what one sends: of each kind at once when it begins, and then no more often than once a minute, with how often.

import type { Log } from "../../log/log.ts";
import { MINUTE_MS } from "../../time.ts";
import { number } from "../../words.ts";

export interface ComplaintsParts {
  readonly log: Pick<Log, "say">;
  /** Milliseconds on a clock that is never set. */
  nowMs(): number;
}

interface Told {
  atMs: number;
  /** How often it happened since. */
  more: number;
}

export class Complaints {
  readonly #parts: ComplaintsParts;
  readonly #told = new Map<string, Told>();

  constructor(parts: ComplaintsParts) {
    this.#parts = parts;
  }

  /** `who`: `RADIUS client 192.0.2.7`. `what`: the rest of the sentence, one of few. */
  hear(who: string, what: string): void {
    const { log, nowMs } = this.#parts;
    const told = this.#told.get(what);
    if (told) told.more++;
    else {
      this.#told.set(what, { atMs: nowMs(), more: 0 });
      log.say("FEED", `${who}: ${what}.`);
    }
  }

  /** Tells what is due. */
  look(who: string): void {
    const { log, nowMs } = this.#parts;
    for (const [what, told] of this.#told) {
      if (nowMs() - told.atMs < MINUTE_MS) continue;
      if (told.more > 0) log.say("FEED", `${who}, ${times(told.more)}: ${what}.`);
      if (told.more > 0) this.#told.set(what, { atMs: nowMs(), more: 0 });
    }
  }
}

function times(count: number): string {
  return count === 1 ? "once more" : `${number(count)} times more`;
}
