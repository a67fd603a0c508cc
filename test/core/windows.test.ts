// Both windows through the whole engine, with sessions at random times: who is refused and what is told, against a list of
// timestamps (dataplane/core/window.h says what is promised).

import test from "ava";
import fc from "fast-check";
import { tcp } from "./frames.ts";
import { engineOf } from "./policies.ts";

interface Case {
  readonly window: "fixed" | "sliding";
  readonly threshold: number;
  readonly periodS: number;
  readonly holdS: number;
  readonly block: boolean;
  /** From one attempt to the next, as a share of the period's Nth. */
  readonly waits: readonly number[];
}

function policy({ window, threshold, periodS, holdS, block }: Case): string {
  const hold = holdS > 0 ? ` hold ${holdS}` : "";
  return `
service mail
 protocol tcp port 25
 initiator subscriber
package 0
 mass-mailing service mail
  detect sessions ${threshold} period ${periodS} window ${window}${hold} action ${block ? "report block" : "report"}
interface LineCard 0
 subscriber anonymous-group name "homes" IP-range 10.0.0.0/8
`;
}

/** How many of these times, in order, lie less than `span` before `now`. */
function within(times: readonly number[], span: number, now: number): number {
  let count = 0;
  while (count < times.length && now - (times[times.length - 1 - count] ?? 0) < span) count++;
  return count;
}

/** The most of these times in any span. */
function densest(times: readonly number[], span: number): number {
  return Math.max(0, ...times.map((time, index) => within(times.slice(0, index + 1), span, time)));
}

/** What a list of timestamps says of one subscriber. */
class List {
  readonly passed: number[] = [];
  /** Where the present breach ends; null: there is none. */
  breachEnds: number | null = null;
  #periodStarted = Number.NEGATIVE_INFINITY;
  #inPeriod = 0;
  readonly #window: Case["window"];
  readonly #period: number;
  readonly #hold: number;

  constructor({ window, periodS, holdS }: Case) {
    this.#window = window;
    this.#period = periodS * 1000;
    this.#hold = holdS * 1000;
  }

  pass(now: number): void {
    this.passed.push(now);
    if (this.breachEnds === null && now - this.#periodStarted >= this.#period) {
      this.#periodStarted = now;
      this.#inPeriod = 0;
    }
    this.#inPeriod++;
  }

  /** Signals that count now. */
  counted(now: number): number {
    return this.#window === "fixed" ? this.#inPeriod : within(this.passed, this.#period, now);
  }

  declare(now: number): void {
    this.breachEnds = (this.#window === "fixed" ? this.#periodStarted : now) + this.#period + this.#hold;
  }
}

/** Throws when the engine does anything else than it promises. */
function check(each: Case): { breaches: number } {
  const engine = engineOf(policy(each));
  const list = new List(each);
  const { threshold, window, block } = each;
  // Up to 16 exactly, and in a fixed window always: above, chunks of a 16th of N.
  const least = window === "fixed" || threshold <= 16 ? threshold : Math.ceil((15 * threshold) / 16);
  const expect = (truth: boolean, what: string) => {
    if (!truth) throw new Error(`${what}, after ${list.passed.length} signals`);
  };
  let now = 1000;
  let breaches = 0;
  const events = () => engine.events().map(({ kind, counted, reason }) => ({ kind, counted, reason }));

  for (const [index, wait] of each.waits.entries()) {
    const over = list.breachEnds !== null && now >= list.breachEnds;
    const refused = block && list.breachEnds !== null && !over;
    const frame = tcp({ from: "10.0.0.1", fromPort: 1000 + index, to: "192.0.2.1", toPort: 25 });
    expect(engine.packet(frame, "subscriber", 0, now).verdict === (refused ? "refuse" : "forward"), "another verdict");
    const told = events();
    if (over) {
      expect(told[0]?.kind === "breach-ended" && told.shift()?.reason === "over", "a breach that did not end in time");
      list.breachEnds = null;
    }
    if (!refused) list.pass(now);
    const start = told.shift();
    expect(told.length === 0, "more events than there is a reason for");
    if (start) {
      expect(start.kind === "breach-started" && list.breachEnds === null, "an event without a reason");
      expect(list.counted(now) >= least, "a breach that was declared early");
      list.declare(now);
      breaches++;
    } else if (list.breachEnds === null) {
      expect(list.counted(now) < threshold, "a breach that was declared late");
    }
    now += Math.floor((wait * each.periodS * 1000) / threshold);
  }
  if (block)
    expect(
      densest(list.passed, each.periodS * 1000) <= (window === "fixed" ? 2 * threshold - 1 : threshold),
      "too many",
    );
  return { breaches };
}

const waits = fc.array(
  fc.oneof(
    { weight: 30, arbitrary: fc.double({ min: 0, max: 2, noNaN: true }) },
    { weight: 5, arbitrary: fc.constant(0) },
    // Whole periods, or nearly, for thresholds up to a hundred.
    { weight: 1, arbitrary: fc.double({ min: 0, max: 120, noNaN: true }) },
  ),
  { minLength: 100, maxLength: 400, size: "max" },
);

const caseOf = (threshold: fc.Arbitrary<number>): fc.Arbitrary<Case> =>
  fc.record({
    window: fc.constantFrom("fixed", "sliding"),
    threshold,
    periodS: fc.constantFrom(1, 60),
    holdS: fc.constantFrom(0, 0, 1, 30),
    block: fc.boolean(),
    waits,
  });

for (let threshold = 1; threshold <= 16; threshold++) {
  test(`${threshold} in a period: never one too many, and declared by the ${threshold}th, whatever the times`, (t) => {
    let breaches = 0;
    fc.assert(
      fc.property(caseOf(fc.constant(threshold)), (each) => {
        breaches += check(each).breaches;
      }),
      { numRuns: 12 },
    );
    t.true(breaches > 0);
  });
}

test("above 16 a sliding window declares within the last 16th of N, and never one too many pass", (t) => {
  let breaches = 0;
  fc.assert(
    fc.property(caseOf(fc.integer({ min: 17, max: 100 })), (each) => {
      breaches += check(each).breaches;
    }),
    { numRuns: 60 },
  );
  t.true(breaches > 0);
});
