// Room for connections: one user's do not keep the others out, and all theirs not root.

import { Sentence } from "../sentence.ts";

const ROOT = 0;

export class Places {
  readonly #max: number;
  readonly #taken = new Map<number, number>();

  /** A quarter of `max` is what one user may take, and what is kept for root. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Takes a place until leave(). Throws a Sentence when there is none for this user. */
  take(uid: number): void {
    const own = this.#taken.get(uid) ?? 0;
    const all = [...this.#taken.values()].reduce((sum, taken) => sum + taken, 0);
    const share = this.#max / 4;
    if (uid !== ROOT && own >= share) throw new Sentence(`You have ${own} connections open: end one of them.`);
    if (all >= (uid === ROOT ? this.#max : this.#max - share)) {
      throw new Sentence(`${all} connections are open, and there is room for no more: end one of them.`);
    }
    this.#taken.set(uid, own + 1);
  }

  leave(uid: number): void {
    const left = (this.#taken.get(uid) ?? 0) - 1;
    if (left > 0) this.#taken.set(uid, left);
    else this.#taken.delete(uid);
  }
}
