// What is typed, key by key, kept until somebody takes it: whoever types ahead loses nothing.

import { emitKeypressEvents, type Key as NamedKey } from "node:readline";
import type { Readable } from "node:stream";

/** Keys that wait before nothing more is taken in. */
const PENDING_MAX = 4096;

export interface Key {
  /** Its name for those who act on it: `a`, `?`, `return`, `up`, `ctrl-c`, `meta-b`. */
  readonly chord: string;
  /** What it adds to a line; empty: it acts. */
  readonly text: string;
  /** As node:readline knows it. */
  readonly pressed: readonly [text: string | undefined, key: NamedKey];
}

export class Keys {
  readonly #input: Readable;
  readonly #pending: Key[] = [];
  #ended = false;
  #wake: () => void = () => {};
  #interrupt: (() => void) | undefined;
  #interrupted = false;
  #afterReturn = false;
  #awaited = false;

  /** `input`: bytes of UTF-8, or text. */
  constructor(input: Readable) {
    this.#input = input;
  }

  start(): void {
    emitKeypressEvents(this.#input);
    this.#input.on("keypress", this.#pressed);
    this.#input.once("end", this.#end).once("close", this.#end);
  }

  /** What was typed and nobody took is forgotten. */
  stop(): void {
    this.#pending.length = 0;
    this.#input.off("keypress", this.#pressed).off("end", this.#end).off("close", this.#end);
    this.#end();
  }

  /** Somebody waits for a key. */
  get awaited(): boolean {
    return this.#awaited;
  }

  /** The next key if it has been pressed. */
  take(): Key | undefined {
    const key = this.#pending.shift();
    if (this.#pending.length < PENDING_MAX / 2 && this.#input.isPaused()) this.#input.resume();
    return key;
  }

  /** It comes again: whoever took it has no use for it. */
  putBack(key: Key): void {
    this.#pending.unshift(key);
  }

  /** The next key; undefined: no more will come, or it was interrupted. */
  async next(): Promise<Key | undefined> {
    while (this.#pending.length === 0 && !this.#ended && !this.#interrupted) {
      this.#awaited = true;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#awaited = false;
    }
    return this.#interrupted ? undefined : this.take();
  }

  /**
   * From now on Ctrl-C is no key: pressing it does this, once, and what was typed before it is forgotten. One that was typed
   * ahead waits for its turn. Undefined: it is a key again.
   */
  onInterrupt(interrupt: (() => void) | undefined): void {
    this.#interrupt = interrupt;
    this.#interrupted = false;
    const [first] = this.#pending;
    if (first && isInterrupt(first)) this.#interruptNow(1);
  }

  readonly #pressed = (text: string | undefined, key: NamedKey): void => {
    // CR LF is one end of a line, also when they come apart.
    const second = this.#afterReturn && key.name === "enter";
    this.#afterReturn = key.name === "return";
    if (second) return;
    const pressed = keyOf(text, key);
    this.#pending.push(pressed);
    if (isInterrupt(pressed)) this.#interruptNow(this.#pending.length);
    if (this.#pending.length >= PENDING_MAX) this.#input.pause();
    this.#wake();
  };

  readonly #end = (): void => {
    this.#ended = true;
    this.#wake();
  };

  #interruptNow(forgotten: number): void {
    if (!this.#interrupt || this.#interrupted) return;
    this.#pending.splice(0, forgotten);
    this.#interrupted = true;
    this.#interrupt();
  }
}

const isInterrupt = ({ chord }: Key): boolean => chord === "ctrl-c";

function keyOf(text: string | undefined, key: NamedKey): Key {
  const held = key.ctrl || key.meta;
  const types = !held && text !== undefined && /^\P{Cc}$/u.test(text);
  const chord = types
    ? text
    : [key.ctrl && "ctrl-", key.meta && "meta-", key.name ?? key.sequence].filter(Boolean).join("");
  return { chord, text: types ? text : "", pressed: [text, key] };
}
