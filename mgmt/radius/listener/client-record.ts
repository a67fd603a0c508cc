// What one client of RADIUS accounting did since it was configured, or since the daemon began.

import { Complaints, type ComplaintsParts } from "./complaints.ts";
import type { Status } from "./request.ts";
import { type Trouble, troubles } from "./troubles.ts";

/** Of requests with the client's key. `repeated`: those that came again and were not applied again. */
type Count = Status | "repeated" | "answers";

export interface ClientFigures {
  readonly address: string;
  /** When something with its key came last, in Unix milliseconds; null: nothing did. */
  readonly heardAt: number | null;
  readonly counts: Readonly<Record<Count, number>>;
  readonly troubles: Readonly<Partial<Record<Trouble, number>>>;
}

export interface ClientRecordParts extends ComplaintsParts {
  /** Unix milliseconds. */
  now(): number;
}

export class ClientRecord {
  readonly address: string;
  readonly #parts: ClientRecordParts;
  readonly #complaints: Complaints;
  readonly #counts: Record<Count, number> = {
    ...{ start: 0, interim: 0, stop: 0, on: 0, off: 0, repeated: 0, answers: 0 },
  };
  readonly #troubles: Partial<Record<Trouble, number>> = {};
  #heardAt: number | null = null;
  #heardMs: number;

  constructor(address: string, parts: ClientRecordParts) {
    this.address = address;
    this.#parts = parts;
    this.#complaints = new Complaints(parts);
    this.#heardMs = parts.nowMs();
  }

  /** `RADIUS client 192.0.2.7`. */
  get name(): string {
    return `RADIUS client ${this.address}`;
  }

  count(what: Count): void {
    this.#counts[what]++;
  }

  trouble(what: Trouble): void {
    this.#troubles[what] = (this.#troubles[what] ?? 0) + 1;
    this.#complaints.hear(this.name, troubles[what]);
  }

  /** Something with its key came, now, which is `at` in Unix milliseconds. */
  heard(at: number): void {
    this.#heardAt = at;
    this.#heardMs = this.#parts.nowMs();
  }

  get wasHeard(): boolean {
    return this.#heardAt !== null;
  }

  /** It could not be heard until now: that is not its silence. */
  excuse(): void {
    this.#heardMs = this.#parts.nowMs();
  }

  /** When it was heard last, or began to be missed, in Unix milliseconds. */
  get silentSince(): number {
    return this.#heardAt ?? this.#parts.now() - this.silentMs;
  }

  get silentMs(): number {
    return this.#parts.nowMs() - this.#heardMs;
  }

  look(): void {
    this.#complaints.look(this.name);
  }

  figures(): ClientFigures {
    const { address } = this;
    return { address, heardAt: this.#heardAt, counts: { ...this.#counts }, troubles: { ...this.#troubles } };
  }
}
