// Names by number that were asked for before, in front of the thread of names, which is busy at times. A number is never given
// again, so what is remembered is never wrong.

import { Sentence } from "../../sentence.ts";
import type { Wait } from "../../time.ts";

/** 10 MB or so; of more the first are asked for again. */
const REMEMBERED_MAX = 100_000;

/** As long as a step of an import. */
const SOON_MS = 500;

type Names = ReadonlyMap<number, string>;

export interface KnownNamesParts {
  /** Rejects with a Sentence. */
  ask(ids: readonly number[]): Promise<readonly (readonly [id: number, name: string])[]>;
  readonly wait: Wait;
}

export class KnownNames {
  readonly #parts: KnownNamesParts;
  readonly #names = new Map<number, string>();
  /** Those that were wanted soon are still asked for. */
  #isLate = false;

  constructor(parts: KnownNamesParts) {
    this.#parts = parts;
  }

  /** Rejects with a Sentence. */
  async of(ids: readonly number[]): Promise<Names> {
    const known = this.#known(ids);
    if (known.size === ids.length) return known;
    const told = await this.#parts.ask(ids.filter((id) => !known.has(id)));
    for (const [id, name] of told) this.#remember(id, name);
    return new Map([...known, ...told]);
  }

  /** Without those that cannot be told soon; one who does not answer is asked for no more, and waited for no more, until he does. */
  async soon(ids: readonly number[]): Promise<Names> {
    const known = this.#known(ids);
    if (known.size === ids.length || this.#isLate) return known;
    this.#isLate = true;
    const asked = this.of(ids)
      .catch((error: unknown) => {
        if (!(error instanceof Sentence)) throw error;
        return known;
      })
      .finally(() => {
        this.#isLate = false;
      });
    return Promise.race([asked, this.#parts.wait(SOON_MS).then(() => known)]);
  }

  #known(ids: readonly number[]): Map<number, string> {
    return new Map(ids.flatMap((id) => this.#entry(id)));
  }

  #entry(id: number): [number, string][] {
    const name = this.#names.get(id);
    return name === undefined ? [] : [[id, name]];
  }

  #remember(id: number, name: string): void {
    this.#names.set(id, name);
    const [first] = this.#names.keys();
    if (this.#names.size > REMEMBERED_MAX && first !== undefined) this.#names.delete(first);
  }
}
