// The breaches of a capture, put together from the engine's events.

import type { PlacedDetector } from "../engine/policy_ids.ts";
import type { Destination, EngineEvent, SubscriberAddress } from "../engine/region_data.ts";

export interface ReplayedBreach {
  /** When it was declared, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The end of its period and of its hold. */
  readonly untilAt: number;
  readonly subscriber: SubscriberAddress;
  readonly packageId: number;
  readonly service: string;
  readonly detector: PlacedDetector["detector"];
  /** Signals counted and attempts refused in the period. */
  counted: number;
  refused: number;
  /** Where counted sessions went, as told last; at most 16. */
  destinations: readonly Destination[];
}

export class BreachList {
  readonly #byName = new Map<string, ReplayedBreach>();
  readonly #detectors: ReadonlyMap<number, PlacedDetector>;

  /** `detectors`: by the ids that the policy has. */
  constructor(detectors: ReadonlyMap<number, PlacedDetector>) {
    this.#detectors = detectors;
  }

  get breaches(): ReplayedBreach[] {
    return [...this.#byName.values()];
  }

  /** When the last of them is over; 0: there are none. */
  get endMs(): number {
    return this.breaches.reduce((last, { untilAt }) => Math.max(last, untilAt), 0);
  }

  take(event: Omit<EngineEvent, "ring">): void {
    const { kind, subscriber, detector, periodStartedMs, periodMs, holdMs, timeMs } = event;
    const { counted, refused, destinations } = event;
    const name = JSON.stringify([subscriber, detector, periodStartedMs]);
    const known = this.#byName.get(name);
    const placed = this.#detectors.get(detector);
    if (known) Object.assign(known, { counted, refused, destinations });
    else if (placed && kind === "breach-started") {
      const untilAt = periodStartedMs + periodMs + holdMs;
      this.#byName.set(name, { startedAt: timeMs, untilAt, subscriber, ...placed, counted, refused, destinations });
    }
  }
}
