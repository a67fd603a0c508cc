// What is told of logins that were refused: each is audited, but a flood of them is summed up; the latest are kept to be shown.

import { Bucket } from "../bucket.ts";
import type { AuditEntry } from "../operations/operation.ts";
import type { Clock, Wait } from "../time.ts";
import { number } from "../words.ts";

/** Those told one by one: a flood must wash nothing out of the log or the audit. */
const TOLD = { perSecond: 1 / 60, burst: 20 };

/** The others are told of together, after this time. */
const SUMMED_UP_MS = 60_000;

/** As many as IOS has. */
const KEPT_MAX = 50;

export interface Refusal {
  /** Printable. */
  readonly user: string;
  readonly from: string;
  /** Sentences. */
  readonly reason: string;
}

/** Of one name from one address. */
interface FailedLogins {
  readonly user: string;
  readonly from: string;
  readonly count: number;
  /** When the last one was, in Unix milliseconds. */
  readonly at: number;
}

export interface RefusalsStatus {
  /** Since the daemon was started. */
  readonly count: number;
  /** Latest first. */
  readonly latest: readonly FailedLogins[];
}

export interface RefusalsParts {
  readonly clock: Clock;
  audit(entry: AuditEntry): Promise<void>;
  readonly wait: Wait;
}

export class Refusals {
  readonly #parts: RefusalsParts;
  readonly #bucket: Bucket;
  readonly #latest = new Map<string, FailedLogins>();
  #count = 0;
  #leftOut = 0;

  constructor(parts: RefusalsParts) {
    this.#parts = parts;
    this.#bucket = new Bucket(TOLD, parts.clock.nowMs);
  }

  add({ user, from, reason }: Refusal): void {
    this.#count++;
    this.#keep(user, from);
    if (this.#bucket.take()) this.#tell({ user, from, text: "", reason });
    else if (++this.#leftOut === 1) void this.#parts.wait(SUMMED_UP_MS).then(() => this.#sumUp());
  }

  status(): RefusalsStatus {
    return { count: this.#count, latest: [...this.#latest.values()].reverse() };
  }

  #keep(user: string, from: string): void {
    const key = `${user} ${from}`;
    const count = (this.#latest.get(key)?.count ?? 0) + 1;
    this.#latest.delete(key);
    this.#latest.set(key, { user, from, count, at: this.#parts.clock.now() });
    const [first] = this.#latest.keys();
    if (this.#latest.size > KEPT_MAX && first !== undefined) this.#latest.delete(first);
  }

  #sumUp(): void {
    const text = `${number(this.#leftOut)} more`;
    this.#leftOut = 0;
    this.#tell({ user: "-", from: "-", text, reason: 'Too many to be told one by one: see "show login failures".' });
  }

  #tell(told: Refusal & { readonly text: string }): void {
    const at = this.#parts.clock.now();
    void this.#parts.audit({
      ...{ ...told, at, level: 0, operation: "session.login", outcome: "denied", revision: null },
    });
  }
}
