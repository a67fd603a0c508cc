// Keeps those out who guess: a source that failed too often is blocked for a while; when too many failed from all over, only the
// quiet zone is let in (quiet mode). The quiet zone is never blocked, and nothing is counted of it. Without one there is no quiet
// mode: anybody could keep everybody out by it.

import type { LoginSettings } from "../config/sections/login.ts";
import type { Facts } from "../config/service.ts";
import { Lanes } from "../lanes.ts";
import type { Log } from "../log/log.ts";
import type { Clock, Wait } from "../time.ts";
import { number } from "../words.ts";
import { isWithin, sourceOf } from "./source.ts";

/** Quiet mode begins with so many times the failures that block one source. */
export const QUIET_FACTOR = 10;

/** That are blocked, and that failed: of more the oldest is forgotten. To have a block forgotten takes as many others. */
export const SOURCES_MAX = 4096;

export interface LoginGateParts {
  readonly clock: Clock;
  readonly log: Pick<Log, "say">;
  facts(): Pick<Facts, "login" | "accessZones">;
  readonly wait: Wait;
}

export interface LoginGateStatus {
  readonly settings: Pick<LoginSettings, "block" | "delaySeconds" | "quietZone">;
  /** Seconds that quiet mode goes on; null: there is none. */
  readonly quietSeconds: number | null;
  /** Failures in the time that runs now, and seconds that are left of it; null: none runs. */
  readonly window: { readonly failures: number; readonly seconds: number } | null;
  readonly blocked: readonly { readonly source: string; readonly seconds: number }[];
}

type Block = NonNullable<LoginSettings["block"]>;

/** A period: it begins with the first failure after the last one's end, which is exclusive. */
interface Period {
  readonly sinceMs: number;
  readonly failures: number;
}

export class LoginGate {
  readonly #parts: LoginGateParts;
  /** By source; the one that failed last is last. */
  readonly #failing = new Map<string, Period>();
  /** Until when, by source; the one that was blocked last is last. */
  readonly #blocked = new Map<string, number>();
  /** Tries that go on or wait, by source. */
  readonly #tries = new Map<string, Lanes>();
  #everywhere: Period | undefined;
  #quietUntilMs = Number.NEGATIVE_INFINITY;

  constructor(parts: LoginGateParts) {
    this.#parts = parts;
  }

  /** Undefined: he may; or how many seconds he must wait. */
  mayCome(address: string): number | undefined {
    if (!this.#parts.facts().login.block) return undefined;
    const seconds = this.#secondsUntil(Math.max(this.#quietUntil(), this.#blocked.get(sourceOf(address)) ?? 0));
    return seconds === undefined || this.isOfQuietZone(address) ? undefined : seconds;
  }

  /** Whether he is let in whatever others do. */
  isOfQuietZone(address: string): boolean {
    const { login, accessZones } = this.#parts.facts();
    const zone = accessZones.find(({ name }) => name === login.quietZone);
    return zone !== undefined && isWithin(zone.prefixes, address);
  }

  /** Has somebody try: of one source no more at once than may still be wrong, so that a crowd of guesses is no more than they. */
  async inTurn<T>(address: string, attempt: () => Promise<T>): Promise<T> {
    if (!this.#parts.facts().login.block || this.isOfQuietZone(address)) return attempt();
    const source = sourceOf(address);
    const lanes = this.#tries.get(source) ?? new Lanes(() => this.#left(source));
    this.#tries.set(source, lanes);
    try {
      return await lanes.take(attempt);
    } finally {
      if (lanes.idle) this.#tries.delete(source);
    }
  }

  /** A right one forgives no wrong ones: whoever has an account could try others' for ever. */
  failed(address: string): void {
    const { block } = this.#parts.facts().login;
    // Tries that were under way when it was blocked lengthen nothing.
    if (!block || this.isOfQuietZone(address) || this.mayCome(address) !== undefined) return;
    this.#countSource(sourceOf(address), block);
    this.#countEverywhere(block);
  }

  status(): LoginGateStatus {
    const { block, delaySeconds, quietZone } = this.#parts.facts().login;
    const settings = { block, delaySeconds, quietZone };
    if (!block) return { settings, quietSeconds: null, window: null, blocked: [] };
    const { failures = 0, sinceMs = 0 } = this.#everywhere ?? {};
    const left = this.#everywhere && this.#secondsUntil(sinceMs + block.withinSeconds * 1000);
    const blocked = [...this.#blocked].flatMap(([source, untilMs]) => {
      const seconds = this.#secondsUntil(untilMs);
      return seconds === undefined ? [] : [{ source, seconds }];
    });
    return {
      ...{ settings, quietSeconds: this.#secondsUntil(this.#quietUntil()) ?? null, blocked },
      window: left === undefined ? null : { failures, seconds: left },
    };
  }

  /** Tries until it is blocked; of one that is, each is refused at once. */
  #left(source: string): number {
    const { block } = this.#parts.facts().login;
    if (!block || this.#secondsUntil(this.#blocked.get(source) ?? 0) !== undefined) return Number.POSITIVE_INFINITY;
    const failing = this.#failing.get(source);
    return Math.max(1, block.attempts - (failing && this.#goesOn(failing, block) ? failing.failures : 0));
  }

  /** Whoever takes the quiet zone back lets everybody in. */
  #quietUntil(): number {
    return this.#parts.facts().login.quietZone === null ? Number.NEGATIVE_INFINITY : this.#quietUntilMs;
  }

  #countSource(source: string, block: Block): void {
    const period = this.#oneMore(this.#failing.get(source), block);
    putLast(this.#failing, source, period);
    if (period.failures < block.attempts) return;
    this.#failing.delete(source);
    putLast(this.#blocked, source, this.#parts.clock.nowMs() + block.seconds * 1000);
    this.#parts.log.say("LOGIN_BLOCKED", `${source} is not let in for ${block.seconds} s: ${tooMany(period, block)}.`);
  }

  #countEverywhere(block: Block): void {
    const { facts, clock, log, wait } = this.#parts;
    const { quietZone } = facts().login;
    this.#everywhere = this.#oneMore(this.#everywhere, block);
    if (quietZone === null || this.#everywhere.failures < QUIET_FACTOR * block.attempts) return;
    this.#quietUntilMs = clock.nowMs() + block.seconds * 1000;
    log.say(
      "QUIET_MODE",
      `Quiet mode: only zone ${quietZone} is let in for ${block.seconds} s: ${tooMany(this.#everywhere, block)}.`,
    );
    this.#everywhere = undefined;
    void wait(block.seconds * 1000).then(() =>
      log.say("QUIET_MODE_END", "Quiet mode is over: people are let in again."),
    );
  }

  #oneMore(period: Period | undefined, block: Block): Period {
    if (!period || !this.#goesOn(period, block)) return { sinceMs: this.#parts.clock.nowMs(), failures: 1 };
    return { ...period, failures: period.failures + 1 };
  }

  #goesOn({ sinceMs }: Period, { withinSeconds }: Block): boolean {
    return this.#parts.clock.nowMs() < sinceMs + withinSeconds * 1000;
  }

  /** Undefined: it is past. */
  #secondsUntil(ms: number): number | undefined {
    const leftMs = ms - this.#parts.clock.nowMs();
    return leftMs > 0 ? Math.ceil(leftMs / 1000) : undefined;
  }
}

/** Of too many the first goes. */
function putLast<Value>(map: Map<string, Value>, source: string, value: Value): void {
  map.delete(source);
  map.set(source, value);
  const [first] = map.keys();
  if (map.size > SOURCES_MAX && first !== undefined) map.delete(first);
}

function tooMany({ failures }: Period, { withinSeconds }: Block): string {
  return `${number(failures)} logins failed within ${withinSeconds} s`;
}
