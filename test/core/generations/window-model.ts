// "N in T" by the list of its signals, as the operator reads it: what is counted, and whether there is a breach.
import type { Detector } from "./rules.ts";

export class WindowModel {
  /** Its breach was told and is not over. */
  told = false;
  /** Told, and seen to be over since: nobody has told that yet. */
  overSinceMs = Number.POSITIVE_INFINITY;
  /** fixed: of the period; sliding: of the breach. */
  startedMs = 0;
  readonly #kind: Detector["window"];
  readonly #periodMs: number;
  #holdMs = 0;
  /** Times of the signals of the period, or of all. */
  #signals: number[] = [];
  /** sliding: counted in the breach. */
  #counted = 0;

  constructor({ window, period }: Detector) {
    this.#kind = window;
    this.#periodMs = period * 1000;
  }

  /** True until the end of the breach that was told, by the clock alone. */
  lasts(nowMs: number): boolean {
    return nowMs < this.startedMs + this.#periodMs + this.#holdMs;
  }

  breached({ sessions }: Detector, nowMs: number): boolean {
    if (this.told) return this.lasts(nowMs) && this.#sum(nowMs) >= sessions;
    return this.#sum(nowMs) >= sessions;
  }

  declare({ hold }: Detector, nowMs: number): void {
    if (this.#kind === "sliding") {
      this.#counted = this.#sum(nowMs);
      this.startedMs = nowMs;
    }
    this.#holdMs = hold * 1000;
    this.told = true;
  }

  count(nowMs: number): void {
    const open = this.told || nowMs < this.startedMs + this.#periodMs;
    if (this.#kind === "fixed" && !open) this.#signals = [];
    if (this.#signals.length === 0 && this.#kind === "fixed") this.startedMs = nowMs;
    this.#signals.push(nowMs);
    this.#counted++;
  }

  #sum(nowMs: number): number {
    if (this.#kind === "sliding")
      return this.told ? this.#counted : this.#signals.filter((time) => nowMs - time < this.#periodMs).length;
    return this.told || nowMs < this.startedMs + this.#periodMs ? this.#signals.length : 0;
  }
}
