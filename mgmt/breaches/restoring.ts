// Breaches that outlive their region: a fast path whose records know nothing of them (the machine was started anew, the region has
// other sizes) is asked to have them go on, each until the same time.

import { EngineError, type EnginePort } from "../engine/engine_port.ts";
import type { RestoreOrder } from "../engine/restore_order.ts";
import { bootTime, type Clock, type Moment, momentOf } from "../time.ts";
import type { BreachBook, Notice } from "./book.ts";
import type { Breach } from "./breach.ts";

export interface RestoringParts {
  readonly engine: Pick<EnginePort, "restore" | "status">;
  readonly clock: Clock;
  /** The fast path has the policy and the names: it can judge who may be in breach. */
  isReady(): boolean;
}

/** Whether the breach goes on by its time, though it is of another region than this one. */
export function isLeftBehind(breach: Breach, region: string, now: number): boolean {
  return breach.region !== region && breach.untilAt > now;
}

/** Has the fast path go on with what was left behind, and concludes what it does not take. Returns what is to be told. */
export async function restoreBreaches(book: BreachBook, parts: RestoringParts): Promise<Notice[]> {
  const { engine, clock } = parts;
  const region = engine.status()?.header.region;
  if (region === undefined || !parts.isReady()) return [];
  const notices: Notice[] = [];
  for (const breach of book.open().filter((each) => isLeftBehind(each, region, clock.now()))) {
    const order = restoreOrder(breach, momentOf(clock));
    const isRestored = await restored(engine, order);
    if (isRestored === undefined) break;
    if (isRestored) book.move(breach, region, order);
    else notices.push(...book.conclude([breach], region, clock.now()));
  }
  return notices;
}

/** Undefined: nobody answers. */
async function restored(engine: RestoringParts["engine"], order: RestoreOrder): Promise<boolean | undefined> {
  try {
    return await engine.restore(order);
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

/** A boot that began within the period knows only what is left of it. */
export function restoreOrder(breach: Breach, moment: Moment): RestoreOrder {
  const { subscriber, detector, counted, refused } = breach;
  const untilMs = bootTime(moment, breach.untilAt);
  const periodStartedMs = Math.max(1, untilMs - breach.periodMs - breach.holdMs);
  const holdMs = Math.min(breach.holdMs, untilMs - periodStartedMs - 1);
  const periodMs = untilMs - periodStartedMs - holdMs;
  return { subscriber, detector, periodStartedMs, periodMs, holdMs, counted, refused };
}
