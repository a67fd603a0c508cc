// What one group of servers is yet to be told: in order, tried again while none of them takes it, and bounded.

import type { Log } from "../log/log.ts";
import { pause } from "../pause.ts";
import { number } from "../words.ts";
import type { AccountingRecord, AccountingServers } from "./accounting.ts";

/** Records that wait; of more the oldest are lost. */
const WAITING_MAX = 1000;

export interface AccountingQueueParts {
  readonly servers: AccountingServers;
  readonly log: Pick<Log, "say">;
  /** Between two tries of a record that no server takes. */
  readonly retryMs: number;
}

export class AccountingQueue {
  readonly #parts: AccountingQueueParts;
  readonly #waiting: AccountingRecord[] = [];
  readonly #stopping = new AbortController();
  #emptying: Promise<void> | undefined;
  #inTrouble = false;
  #lost = 0;

  constructor(parts: AccountingQueueParts) {
    this.#parts = parts;
  }

  push(record: AccountingRecord): void {
    this.#waiting.push(record);
    if (this.#waiting.length > WAITING_MAX) {
      // The first is being given.
      this.#waiting.splice(1, 1);
      this.#lost++;
    }
    this.#emptying ??= this.#empty().finally(() => {
      this.#emptying = undefined;
    });
  }

  /** Nobody is to be told any more. */
  clear(): void {
    this.#waiting.length = 0;
  }

  /** What waits is given for so long, or until no server takes it; the rest is lost. */
  async stop(withinMs: number): Promise<void> {
    this.#stopping.abort();
    const ended = new AbortController();
    await Promise.race([this.#emptying, pause(withinMs, ended.signal)]);
    ended.abort();
    const lost = this.#lost + this.#waiting.length;
    this.clear();
    if (lost > 0) this.#parts.log.say("ACCOUNTING", `The servers were not told everything: ${lostText(lost)}`);
  }

  async #empty(): Promise<void> {
    for (let record = this.#waiting[0]; record; record = this.#waiting[0]) {
      const trouble = await this.#give(record);
      this.#tell(trouble);
      if (trouble === undefined) {
        // All may have been cleared meanwhile.
        if (this.#waiting[0] === record) this.#waiting.shift();
        continue;
      }
      if (this.#stopping.signal.aborted) return;
      await pause(this.#parts.retryMs, this.#stopping.signal);
    }
  }

  /** Why no server took it. */
  async #give(record: AccountingRecord): Promise<string | undefined> {
    try {
      await this.#parts.servers.account(record);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #tell(trouble: string | undefined): void {
    const { log } = this.#parts;
    if (trouble !== undefined && !this.#inTrouble)
      log.say("ACCOUNTING", `${trouble} What it is to be told waits: ${number(WAITING_MAX)} records at most.`);
    if (trouble === undefined && this.#inTrouble) {
      log.say("ACCOUNTING_END", `Accounting is taken again: ${lostText(this.#lost)}`);
      this.#lost = 0;
    }
    this.#inTrouble = trouble !== undefined;
  }
}

function lostText(lost: number): string {
  if (lost === 0) return "no record was lost.";
  return lost === 1 ? "1 record was lost." : `${number(lost)} records were lost.`;
}
