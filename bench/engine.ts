// The rows that build/bench/engine-bench measures.
import { join } from "node:path";
import { Dialogue } from "./dialogue.ts";
import type { Label, Subject } from "./subject.ts";

const program = join(import.meta.dirname, "../build/bench/engine-bench");

export class EngineSubject implements Subject {
  readonly label: Label;
  /** What its memory lies on: "2M" or "THP". */
  pages = "";
  /** The TSC's rate. */
  ticksPerSecond = 0;
  readonly #laps: number;
  readonly #cpu: number;
  #dialogue: Dialogue | undefined;

  /** `laps`: of 16,384 packets, in one round at most. `cpu`: the core it is pinned to. */
  constructor(label: Label, laps: number, cpu: number) {
    this.label = label;
    this.#laps = laps;
    this.#cpu = cpu;
  }

  async start(): Promise<void> {
    const { name, framing = "ipv4", sessions = 1 } = this.label;
    const args = [name, framing, sessions, this.#laps, this.#cpu].map(String);
    this.#dialogue = await Dialogue.start(`engine-bench ${args.join(" ")}`, [program, ...args]);
    const { pages, ticks_per_second } = await this.#hear<{ pages: string; ticks_per_second: number }>();
    this.pages = pages;
    this.ticksPerSecond = ticks_per_second;
  }

  async measure(): Promise<number> {
    this.#dialogue?.say("");
    return (await this.#hear<{ figure: number }>()).figure;
  }

  async stop(): Promise<void> {
    await this.#dialogue?.stop();
  }

  async #hear<Answer>(): Promise<Answer> {
    const match = await this.#dialogue?.hear(/^\{.*\}$/);
    return JSON.parse(match?.[0] ?? "") as Answer;
  }
}
