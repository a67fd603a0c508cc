// Keeps those out who guess: a source that failed too often is blocked for a while; when too many failed from all over, only the
// quiet zone is let in (quiet mode). The quiet zone is never blocked, and nothing is counted of it.

import type { LoginSettings } from "../config/sections/login.ts";
import type { Facts } from "../config/service.ts";
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
  #everywhere: Period | undefined;
  #quietUntilMs = Number.NEGATIVE_INFINITY;

  constructor(parts: LoginGateParts) {
    this.#parts = parts;
  }

  /** Undefined: he may; or how many seconds he must wait. */
  mayCome(address: string): number | undefined {
    if (!this.#parts.facts().login.block || this.#isOfQuietZone(address)) return undefined;
    return this.#secondsUntil(Math.max(this.#quietUntilMs, this.#blocked.get(sourceOf(address)) ?? 0));
  }

  /** A right one forgives no wrong ones: whoever has an account could try others' for ever. */
  failed(address: string): void {
    const { block } = this.#parts.facts().login;
    // Tries that were under way when it was blocked lengthen nothing.
    if (!block || this.#isOfQuietZone(address) || this.mayCome(address) !== undefined) return;
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
      ...{ settings, quietSeconds: this.#secondsUntil(this.#quietUntilMs) ?? null, blocked },
      window: left === undefined ? null : { failures, seconds: left },
    };
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
    const { clock, log, wait } = this.#parts;
    this.#everywhere = this.#oneMore(this.#everywhere, block);
    if (this.#everywhere.failures < QUIET_FACTOR * block.attempts) return;
    this.#quietUntilMs = clock.nowMs() + block.seconds * 1000;
    log.say("QUIET_MODE", `${this.#whoComes()} for ${block.seconds} s: ${tooMany(this.#everywhere, block)}.`);
    this.#everywhere = undefined;
    void wait(block.seconds * 1000).then(() =>
      log.say("QUIET_MODE_END", "Quiet mode is over: people are let in again."),
    );
  }

  #whoComes(): string {
    const { quietZone } = this.#parts.facts().login;
    return `Quiet mode: ${quietZone === null ? "nobody" : `only zone ${quietZone}`} is let in`;
  }

  #oneMore(period: Period | undefined, { withinSeconds }: Block): Period {
    const nowMs = this.#parts.clock.nowMs();
    if (!period || nowMs >= period.sinceMs + withinSeconds * 1000) return { sinceMs: nowMs, failures: 1 };
    return { ...period, failures: period.failures + 1 };
  }

  /** Undefined: it is past. */
  #secondsUntil(ms: number): number | undefined {
    const leftMs = ms - this.#parts.clock.nowMs();
    return leftMs > 0 ? Math.ceil(leftMs / 1000) : undefined;
  }

  #isOfQuietZone(address: string): boolean {
    const { login, accessZones } = this.#parts.facts();
    const zone = accessZones.find(({ name }) => name === login.quietZone);
    return zone !== undefined && isWithin(zone.prefixes, address);
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
