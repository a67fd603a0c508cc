// How a server has done since it was configured: its figures, and what the log tells when it stops or begins to answer.

import type { ServerGroup } from "../config/sections/aaa.ts";
import type { Mnemonic } from "../log/mnemonics.ts";

/** A server that gave no answer is asked after the others for this long. */
const REST_MS = 60_000;

/** What a server is asked for at a port. */
export type ServerUse = "login" | "accounting" | "both";

/** `untrusted`: what came was not made with the shared key, so it was no answer. */
type ServerState = "unasked" | "answering" | "silent" | "untrusted";

export interface ServerPlace {
  readonly protocol: ServerGroup;
  readonly use: ServerUse;
  readonly address: string;
  readonly port: number;
}

export interface ServerFigures extends ServerPlace {
  readonly state: ServerState;
  /** Questions sent, with each repetition. */
  readonly requests: number;
  /** Answers made with the shared key. */
  readonly answers: number;
  /** Logins. */
  readonly accepts: number;
  readonly refusals: number;
  /** Questions that no answer followed, with each repetition. */
  readonly unanswered: number;
  /** What came in place of an answer: not made with the shared key, or damaged, or to another question. */
  readonly untrusted: number;
  /** How long the latest answer took since it was first asked for; null: there was none. */
  readonly answerMs: number | null;
}

export interface RecordParts {
  /** Milliseconds on a clock that is never set. */
  nowMs(): number;
  say(mnemonic: Mnemonic, text: string): void;
}

type Count = "requests" | "accepts" | "refusals" | "untrusted";

/** A server gave no answer, or none that can be believed. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  readonly state: "silent" | "untrusted";

  /** `message`: goes on after its name: what it does instead, and what to do. */
  constructor(state: NoAnswer["state"], message: string) {
    super(message);
    this.state = state;
  }
}

export const protocolNames: Readonly<Record<ServerGroup, string>> = { radius: "RADIUS", "tacacs+": "TACACS+" };

export class ServerRecord {
  readonly place: ServerPlace;
  readonly #parts: RecordParts;
  readonly #counts = { requests: 0, answers: 0, accepts: 0, refusals: 0, unanswered: 0, untrusted: 0 };
  #answerMs: number | null = null;
  #state: ServerState = "unasked";
  #failedMs = Number.NEGATIVE_INFINITY;

  constructor(place: ServerPlace, parts: RecordParts) {
    this.place = place;
    this.#parts = parts;
  }

  count(what: Count): void {
    this.#counts[what]++;
  }

  /** It gave an answer after so many milliseconds. */
  answered(answerMs: number): void {
    this.#counts.answers++;
    this.#answerMs = answerMs;
    this.#failedMs = Number.NEGATIVE_INFINITY;
    const before = this.#state;
    this.#state = "answering";
    if (before === "silent" || before === "untrusted") this.#parts.say("AAA_END", `${this.#name} answers.`);
  }

  /** It is asked again what it did not answer. */
  repeated(): void {
    this.#counts.unanswered++;
    this.#counts.requests++;
  }

  /** It gave none to a question, however often that was repeated. */
  failed({ state, message }: NoAnswer): void {
    this.#counts.unanswered++;
    this.#failedMs = this.#parts.nowMs();
    if (state === this.#state) return;
    this.#state = state;
    this.#parts.say("AAA", `${this.#name} ${message}`);
  }

  /** Whether it failed lately. */
  get rests(): boolean {
    return this.#parts.nowMs() - this.#failedMs < REST_MS;
  }

  figures(): ServerFigures {
    return { ...this.place, state: this.#state, ...this.#counts, answerMs: this.#answerMs };
  }

  /** `RADIUS server 192.0.2.5 port 1812`. */
  get #name(): string {
    const { protocol, address, port } = this.place;
    return `${protocolNames[protocol]} server ${address} port ${port}`;
  }
}
