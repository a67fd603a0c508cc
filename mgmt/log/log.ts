// The log: what the daemon tells, as it happens. The latest lines are kept; each goes to standard output, to a syslog host and to
// those who follow.

import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../time.ts";
import { printable } from "../words.ts";
import { type Followed, Follower } from "./follower.ts";
import { type LogLine, severityNumber } from "./line.ts";
import { type Mnemonic, mnemonics } from "./mnemonics.ts";
import { type Logging, type LogSettings, loggingDefaults } from "./settings.ts";
import { SyslogHost } from "./syslog-host.ts";

export interface LogParts {
  readonly clock: Clock;
  /** Standard output. */
  write(line: LogLine): void;
}

export interface LogStatus {
  readonly settings: Logging;
  /** Lines that did not leave for the host, and which it was not told of yet. */
  readonly leftOut: number;
  /** The latest, in the order they were told. */
  readonly lines: readonly LogLine[];
}

export class Log {
  readonly #parts: LogParts;
  readonly #followers = new Set<Follower>();
  readonly #lines: LogLine[] = [];
  #settings: LogSettings = { hostname: "", logging: loggingDefaults };
  #host: SyslogHost | undefined;

  constructor(parts: LogParts) {
    this.#parts = parts;
  }

  async stop(): Promise<void> {
    await this.#host?.stop();
    this.#host = undefined;
  }

  /** `at`: when it happened, in Unix milliseconds. */
  say(mnemonic: Mnemonic, text: string, at = this.#parts.clock.now()): void {
    const line: LogLine = { at, severity: mnemonics[mnemonic], mnemonic, text: printable(text) };
    this.#parts.write(line);
    this.#lines.push(line);
    this.#trim();
    if (severityNumber(line.severity) <= severityNumber(this.#settings.logging.trap)) this.#host?.send(line);
    for (const follower of this.#followers) follower.take(line);
  }

  /** Obeys these from now on. */
  obey({ hostname, logging }: LogSettings): void {
    const settings = { hostname, logging };
    if (isDeepStrictEqual(settings, this.#settings)) return;
    this.#settings = settings;
    this.#trim();
    void this.#host?.stop();
    this.#host = this.#openHost(settings);
  }

  status(): LogStatus {
    return { settings: this.#settings.logging, leftOut: this.#host?.leftOut ?? 0, lines: [...this.#lines] };
  }

  /** Forgets the lines that are kept. */
  clear(): void {
    this.#lines.length = 0;
  }

  /** What is told from now on, until the signal is aborted. */
  async *follow(signal: AbortSignal): AsyncGenerator<Followed> {
    const follower = new Follower();
    this.#followers.add(follower);
    try {
      yield* follower.lines(signal);
    } finally {
      this.#followers.delete(follower);
    }
  }

  #trim(): void {
    this.#lines.splice(0, this.#lines.length - this.#settings.logging.bufferedLines);
  }

  #openHost({ hostname, logging: { on, host } }: LogSettings): SyslogHost | undefined {
    if (!on || !host) return undefined;
    const { nowMs } = this.#parts.clock;
    const opened = new SyslogHost({ ...host, hostname }, { nowMs, refused: (text) => this.say("LOGGING", text) });
    opened.start();
    return opened;
  }
}
