// Which requests were dealt with lately, and which are being: each is applied once, however often it comes (RFC 5080 2.2.2).

import type { Packet } from "../packet.ts";

/** A NAS repeats what was not answered some times within this: an answered request is known for one or two times as long. */
const GENERATION_MS = 30_000;

/** 5,000 a second for 20 seconds. Of more the oldest are forgotten: repeated after that, they tell anew. Two take some 30 MB. */
const GENERATION_MAX = 100_000;

/** Requests that wait to be stored, a second's worth. */
const WAITING_MAX = 5000;

/** Names a request: two with the same authenticator are the same, because it is made from all that they say and the key. */
export function requestKey({ identifier, authenticator }: Packet, from: { address: string; port: number }): string {
  return `${from.address} ${from.port} ${identifier} ${authenticator.toString("latin1")}`;
}

export class AnsweredRequests {
  readonly #waiting = new Set<string>();
  /** Forgotten whole: to take single ones from the beginning of a set takes time in proportion to what was taken before. */
  #latest = new Set<string>();
  #before = new Set<string>();
  #begunMs = 0;

  /** `full`: as many as may wait do. `nowMs`: on a clock that is never set. */
  see(key: string, nowMs: number): "new" | "waiting" | "answered" | "full" {
    if (nowMs - this.#begunMs >= GENERATION_MS) this.#beginAnew(nowMs);
    if (this.#latest.has(key) || this.#before.has(key)) return "answered";
    if (this.#waiting.has(key)) return "waiting";
    return this.#waiting.size < WAITING_MAX ? "new" : "full";
  }

  begin(key: string): void {
    this.#waiting.add(key);
  }

  /** Of one that began: repeated, it is answered again if it was, and else begins anew. */
  end(key: string, isAnswered: boolean, nowMs: number): void {
    this.#waiting.delete(key);
    if (!isAnswered) return;
    if (this.#latest.size >= GENERATION_MAX) this.#beginAnew(nowMs);
    this.#latest.add(key);
  }

  #beginAnew(nowMs: number): void {
    this.#before = this.#latest;
    this.#latest = new Set();
    this.#begunMs = nowMs;
  }
}
