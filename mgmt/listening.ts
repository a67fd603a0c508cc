// Listens at one place, and at another when it is told to.

import type { Log } from "./log/log.ts";
import { reasonOf } from "./sentence.ts";

export interface Place {
  /** null: every address of this machine. */
  readonly address: string | null;
  readonly port: number;
}

/** What listens somewhere. */
interface Door {
  close(): void;
}

export interface ListeningParts {
  readonly log: Pick<Log, "say">;
  /** What listens: `SSH`. */
  readonly name: string;
  /** Listens there, beside what listens elsewhere. */
  open(place: Place): Promise<Door>;
}

export class Listening {
  readonly #parts: ListeningParts;
  #open: { readonly place: Place; readonly door: Door } | undefined;
  #alarm: string | undefined;

  constructor(parts: ListeningParts) {
    this.#parts = parts;
  }

  /** It listens, if not where it should. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Why nobody can connect where he should, if so: a sentence. */
  get alarm(): string | undefined {
    return this.#alarm;
  }

  /** There, and no more where it was before; undefined: nowhere. Who is connected stays. One call at a time; does not reject. */
  async at(wanted: Place | undefined): Promise<void> {
    const before = this.#open;
    if (!wanted) this.#open = undefined;
    else if (!before || !isSame(before.place, wanted)) {
      try {
        this.#open = { place: wanted, door: await this.#parts.open(wanted) };
      } catch (error) {
        const still = before ? `; it still listens at ${nameOf(before.place)}` : "";
        this.#tell(`${this.#parts.name} cannot listen at ${nameOf(wanted)}: ${reasonOf(error)}${still}.`);
        return;
      }
    }
    if (before !== this.#open) before?.door.close();
    this.#tell(undefined);
  }

  #tell(alarm: string | undefined): void {
    const { log, name } = this.#parts;
    if (alarm === this.#alarm) return;
    if (alarm !== undefined) log.say("ALARM", alarm);
    else log.say("ALARM_END", `${name} has what it lacked to listen.`);
    this.#alarm = alarm;
  }
}

function isSame(a: Place, b: Place): boolean {
  return a.address === b.address && a.port === b.port;
}

function nameOf({ address, port }: Place): string {
  return address === null ? `port ${port}` : `${address} port ${port}`;
}
