// Whether everything is back where it was: one rule for each figure of a soak.
import { type Figures, type Holding, type ProcessName, processNames } from "./figures.ts";

export interface Verdict {
  readonly name: string;
  readonly baseline: number;
  readonly end: number;
  /** What the end may be, for a person. */
  readonly allowed: string;
  readonly good: boolean;
}

/** What happened in between, that no baseline has. */
export interface History {
  /** Events overwritten before the soak's own reader, which looks twice a second, had read them. */
  readonly eventsLost: number;
  /** Packet processes that were ended in the midst of traffic. */
  readonly deaths: number;
  /** Acts of ordinary subscribers, and those that did not work. */
  readonly acts: number;
  readonly failedActs: number;
}

/** A packet process that dies has at most so many packets in hand: a burst each way, and what its worker had taken in before. */
const inHand = 128;
/** Three homes look at pages, ask for names and mail over two families: each of these may fail once while no process serves. */
const failedActsPerDeath = 18;

/** What a process may have grown by, in MiB: a JavaScript heap keeps room for what it once needed. */
const growth: Readonly<Record<ProcessName, number>> = { supervisor: 2, "packet process": 8, daemon: 64 };

const mustBe = (name: string, baseline: number, end: number): Verdict => ({
  ...{ name, baseline, end, allowed: `${baseline}` },
  good: end === baseline,
});

const atMost = (name: string, baseline: number, end: number, limit: number): Verdict => ({
  ...{ name, baseline, end, allowed: `at most ${limit.toFixed(0)}` },
  good: end <= limit,
});

const nothing: Holding = { rss: Number.NaN, files: Number.NaN, threads: Number.NaN };

function processVerdicts(name: ProcessName, baseline = nothing, end = nothing): Verdict[] {
  return [
    atMost(`${name}: memory, MiB`, baseline.rss, end.rss, baseline.rss + growth[name]),
    mustBe(`${name}: open files`, baseline.files, end.files),
    mustBe(`${name}: threads`, baseline.threads, end.threads),
  ];
}

/** Tables must be empty at the end, whatever was in them when the baseline was taken. */
export function verdictsOf(baseline: Figures, end: Figures, history: History): Verdict[] {
  const { eventsLost, deaths, acts, failedActs } = history;
  return [
    mustBe("sessions", 0, end.sessions),
    mustBe("subscribers", 0, end.subscribers),
    mustBe("watches", 0, end.watches),
    mustBe("breaches that go on", 0, end.breaches),
    mustBe("records that contradict themselves", 0, end.badRecords),
    mustBe("packet processes that served", 1 + deaths, end.starts),
    mustBe("packet buffers in use", baseline.buffers, end.buffers),
    mustBe("events lost", 0, eventsLost),
    atMost(`packets unaccounted for, ${deaths} deaths`, 0, end.unaccounted, deaths * inHand),
    atMost(`acts that failed, of ${acts}`, 0, failedActs, deaths * failedActsPerDeath),
    ...processNames.flatMap((name) => processVerdicts(name, baseline.processes[name], end.processes[name])),
  ];
}

export function verdictLines(verdicts: readonly Verdict[]): string[] {
  const line = (...[name = "", baseline = "", end = "", allowed = "", verdict = ""]: string[]) =>
    [name.padEnd(44), baseline.padStart(9), end.padStart(9), `  ${allowed.padEnd(14)}`, verdict].join(" ").trimEnd();
  const whole = (value: number) => value.toFixed(0);
  return [
    line("FIGURE", "BASELINE", "END", "MAY BE", "VERDICT"),
    ...verdicts.map(({ name, baseline, end, allowed, good }) =>
      line(name, whole(baseline), whole(end), allowed, good ? "good" : "BAD"),
    ),
  ];
}
