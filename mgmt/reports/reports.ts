// Reports on usage: from the record, and of the last minute from the fast path itself.

import { checkService, measuredServices } from "../config/known-services.ts";
import type { Facts } from "../config/service.ts";
import { EngineError, type EnginePort, type EngineStatus } from "../engine/engine_port.ts";
import type { UsageRecord } from "../engine/region_data.ts";
import { Sentence } from "../sentence.ts";
import { told } from "../subscribers/subscribers.ts";
import { type Clock, MINUTE_MS, unixTime } from "../time.ts";
import type { UsageHistory } from "../usage/history.ts";
import { destinationCount, type Metric } from "../usage/usage.ts";
import type { Baseline, BaselineQuery } from "./baseline.ts";
import type { TopQuery, TopUsage } from "./top-usage.ts";

export interface ReportsParts {
  readonly engine: EnginePort;
  readonly history: Pick<UsageHistory, "call">;
  readonly clock: Clock;
  facts(): Facts;
  /** Null: no configuration ever had it. */
  serviceId(name: string): number | null;
}

export interface BaselineRequest extends Omit<BaselineQuery, "now" | "periodMinutes"> {
  readonly periodSeconds: number;
}

const NOT_WHOLE = "Usage is on record by whole minutes: type a period that is a multiple of 60 seconds.";

/** A report's numbers are as of now. Each rejects with a Sentence. */
export class Reports {
  readonly #parts: ReportsParts;

  constructor(parts: ReportsParts) {
    this.#parts = parts;
  }

  async topUsage(query: Omit<TopQuery, "now">): Promise<TopUsage> {
    const { history, clock } = this.#parts;
    return (await history.call("top", { ...query, now: clock.now() })) ?? this.#notOnRecord(query.service);
  }

  /** Of the minute that ended last: it need not be on record. */
  async lastMinute(query: Omit<TopQuery, "now" | "minutes">): Promise<TopUsage> {
    const { engine, clock, facts, serviceId } = this.#parts;
    const service = serviceId(query.service);
    if (service === null || !measuredServices(facts()).includes(query.service)) return this.#notOnRecord(query.service);
    const minute = Math.floor(clock.nowMs() / MINUTE_MS) - 1;
    try {
      const { top, active, total } = await engine.tops({ ...query, minute, service });
      const from = unixTime(clock, minute * MINUTE_MS);
      const partial = servedFrom(engine.status(), minute) ? 0 : 1;
      return {
        covered: { from, to: from + MINUTE_MS, minutes: 1, missing: 0, unmeasured: 0, partial },
        active,
        total: query.metric === "destinations" ? null : total,
        top: top.map((each) => ({ subscriber: each.subscriber, value: measureOf(each, query.metric) })),
      };
    } catch (error) {
      throw told(error);
    }
  }

  /** `periodSeconds`: of the detector. */
  async baseline({ periodSeconds, ...query }: BaselineRequest): Promise<Baseline> {
    const { history, clock } = this.#parts;
    if (periodSeconds % 60 !== 0) throw new Sentence(NOT_WHOLE);
    return (
      (await history.call("baseline", { ...query, periodMinutes: periodSeconds / 60, now: clock.now() })) ??
      this.#notOnRecord(query.service)
    );
  }

  /** Of all subscribers that are known now; null: the fast path cannot be asked. */
  async known(): Promise<number | null> {
    try {
      return await this.#parts.engine.subscriberCount({});
    } catch (error) {
      if (error instanceof EngineError) return null;
      throw error;
    }
  }

  #notOnRecord(service: string): never {
    const facts = this.#parts.facts();
    for (const { message } of checkService([], service, facts)) throw new Sentence(message);
    throw new Sentence(measuredServices(facts).includes(service) ? notYet(service) : notMeasured(service));
  }
}

function notYet(service: string): string {
  return `Service ${service} is measured, and nothing of it is on record yet: ask again when a minute is over.`;
}

function notMeasured(service: string): string {
  return `Service ${service} is not measured: "mass-mailing service ${service}" in a package has it measured, a minute later.`;
}

function servedFrom(status: EngineStatus | undefined, minute: number): boolean {
  return status !== undefined && status.header.startedMs <= minute * MINUTE_MS;
}

function measureOf(record: UsageRecord, metric: Metric) {
  return metric === "destinations" ? destinationCount(record.destinations) : { count: record[metric], isMore: false };
}
