// What one group of servers is yet to be told: in order, tried again while none of them takes it, and bounded. No record is lost
// without a line in the log.

import type { Log } from "../log/log.ts";
import { pause } from "../pause.ts";
import { number } from "../words.ts";
import type { AccountingRecord, AccountingServers } from "./accounting.ts";

/** Records that wait. */
const WAITING_MAX = 1000;

/** A record that servers answered so often, but did not take, is passed over: those behind it are to be told too. */
const REFUSALS_MAX = 3;

export interface AccountingQueueParts {
  readonly servers: AccountingServers;
  readonly log: Pick<Log, "say">;
  /** Between two tries of a record that no server takes. */
  readonly retryMs: number;
}

export class AccountingQueue {
  readonly #parts: AccountingQueueParts;
  /** The first is being given. */
  readonly #waiting: AccountingRecord[] = [];
  #giving: Promise<void> | undefined;
  #pausing = new AbortController();
  #cleared = false;
  #stopping = false;
  #inTrouble = false;
  /** More came than may wait. */
  #full = false;
  /** Of the first. */
  #refusals = 0;
  #lost = 0;

  constructor(parts: AccountingQueueParts) {
    this.#parts = parts;
  }

  push(record: AccountingRecord): void {
    this.#waiting.push(record);
    if (this.#waiting.length > WAITING_MAX) this.#loseOne();
    this.#giving ??= this.#giveAll().finally(() => {
      this.#giving = undefined;
    });
  }

  /** Nobody is to be told any more. */
  clear(): void {
    this.#cleared = this.#giving !== undefined;
    this.#pausing.abort();
  }

  /** What waits is given for so long, or until no server takes it; the rest is lost. */
  async stop(withinMs: number): Promise<void> {
    this.#stopping = true;
    this.#pausing.abort();
    const ended = new AbortController();
    await Promise.race([this.#giving, pause(withinMs, ended.signal)]);
    ended.abort();
    this.#forgetAll();
    if (this.#lost === 0) return;
    this.#parts.log.say("ACCOUNTING", `The servers were not told everything: ${lostText(this.#lost)}`);
  }

  async #giveAll(): Promise<void> {
    for (let record = this.#waiting[0]; record && !this.#cleared; record = this.#waiting[0]) {
      if (await this.#give(record)) continue;
      if (this.#stopping) return;
      this.#pausing = new AbortController();
      if (!this.#cleared) await pause(this.#parts.retryMs, this.#pausing.signal);
    }
    if (!this.#cleared) return;
    this.#cleared = false;
    this.#forgetAll();
    this.#end("These servers are told nothing any more");
  }

  /** Whether the record, the first, is done with. */
  async #give(record: AccountingRecord): Promise<boolean> {
    const { servers, log } = this.#parts;
    try {
      if (await servers.account(record)) {
        this.#passOn();
        if (this.#waiting.length <= WAITING_MAX / 2) this.#end("Accounting is taken again");
        return true;
      }
    } catch (error) {
      this.#complain(error instanceof Error ? error.message : String(error));
      return false;
    }
    this.#complain("No server takes what it is told: look at the servers.");
    if (++this.#refusals < REFUSALS_MAX) return false;
    log.say("ACCOUNTING", `The servers do not take this record, which is passed over: ${textOf(record)}`);
    this.#lost++;
    this.#passOn();
    return true;
  }

  #passOn(): void {
    this.#waiting.shift();
    this.#refusals = 0;
  }

  /** The oldest of the session of which most waits: who does much hides nothing of what others do. */
  #loseOne(): void {
    const given = 1;
    const sessions = Map.groupBy(this.#waiting.slice(given), ({ session }) => session);
    const [oldest] = [...sessions.values()].reduce((most, each) => (each.length > most.length ? each : most));
    this.#waiting.splice(this.#waiting.indexOf(oldest as AccountingRecord, given), 1);
    this.#lost++;
    if (this.#full) return;
    this.#full = true;
    const who = "the oldest of the session of which most waits are lost";
    this.#parts.log.say("ACCOUNTING", `More than ${number(WAITING_MAX)} records wait for servers: ${who}.`);
  }

  #complain(trouble: string): void {
    if (this.#inTrouble || this.#stopping) return;
    this.#inTrouble = true;
    const waits = `What it is to be told waits: ${number(WAITING_MAX)} records at most.`;
    this.#parts.log.say("ACCOUNTING", `${trouble} ${waits}`);
  }

  /** What was told to have begun is over. */
  #end(text: string): void {
    if (this.#inTrouble || this.#full || this.#lost > 0)
      this.#parts.log.say("ACCOUNTING_END", `${text}: ${lostText(this.#lost)}`);
    this.#inTrouble = false;
    this.#full = false;
    this.#lost = 0;
  }

  #forgetAll(): void {
    this.#lost += this.#waiting.splice(0).length;
  }
}

/** As the audit has it. */
function textOf(record: AccountingRecord): string {
  const { user, level, from } = record.actor;
  const what = record.kind === "command" ? `"${record.line}"` : `${record.kind} of the session`;
  return `${user}, level ${level}, from ${from}, session ${record.session}: ${what}`;
}

function lostText(lost: number): string {
  if (lost === 0) return "no record was lost.";
  return lost === 1 ? "1 record was lost." : `${number(lost)} records were lost.`;
}
