// Where each of millions of texts was first: by 64 bits of a hash, because the texts themselves would take hundreds of megabytes. That
// two of three million have the same is once in four million files.

const EMPTY = 0;

export class FirstLines {
  #room = 0;
  #count = 0;
  #hashes = new Uint32Array();
  #lines = new Uint32Array();

  constructor(room = 1 << 16) {
    this.#empty(room);
  }

  clear(): void {
    this.#empty(1 << 16);
  }

  /** `line`: from 1. Returns where it was before; undefined: nowhere. */
  add(text: string, line: number): number | undefined {
    if (2 * this.#count >= this.#room) this.#grow();
    return this.#put(hash(text, 0x811c9dc5), hash(text, 0x1b873593), line);
  }

  #put(one: number, other: number, line: number): number | undefined {
    for (let slot = one & (this.#room - 1); ; slot = (slot + 1) & (this.#room - 1)) {
      const before = this.#lines[slot] ?? EMPTY;
      if (before === EMPTY) {
        this.#lines[slot] = line;
        this.#hashes[2 * slot] = one;
        this.#hashes[2 * slot + 1] = other;
        this.#count++;
        return undefined;
      }
      if (this.#hashes[2 * slot] === one && this.#hashes[2 * slot + 1] === other) return before;
    }
  }

  #grow(): void {
    const [hashes, lines] = [this.#hashes, this.#lines];
    this.#empty(2 * this.#room);
    for (const [slot, line] of lines.entries()) {
      if (line !== EMPTY) this.#put(hashes[2 * slot] ?? 0, hashes[2 * slot + 1] ?? 0, line);
    }
  }

  #empty(room: number): void {
    this.#room = room;
    this.#count = 0;
    this.#hashes = new Uint32Array(2 * room);
    this.#lines = new Uint32Array(room);
  }
}

/** FNV-1a of its characters, with the last mixing step of MurmurHash3. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
