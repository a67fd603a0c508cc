// What is wrong with a fast path that runs: raises and clears the alarms of alarm_table.ts, and those of ports that are down
// and links that judge nothing. Pure: from one look to the next.

import type { ObeyedLinkMode, Side } from "../engine/region_data.ts";
import type { Mnemonic } from "../log/mnemonics.ts";
import { number } from "../words.ts";
import { type AlarmRow, alarmRows, type Observed } from "./alarm_table.ts";

/**
 * An alarm of the table is cleared when nothing of it was seen for as long, and changes no more often than that: one that comes and
 * goes is one alarm. The first time it is raised at once.
 */
export const QUIET_MS = 60_000;

/** A rate is judged over so long at least: what comes in one burst is none. */
const RATE_MS = 1000;

/** One thing that is wrong now. */
export interface Alarm {
  /** Names it from look to look. */
  readonly key: string;
  /** What the log calls it. */
  readonly mnemonic: "ALARM" | "LINK";
  /** A sentence: what is wrong, what it does, what to do. */
  readonly text: string;
  /** A sentence: it is over. */
  readonly over: string;
}

/** What a person is told of an alarm. */
export interface News {
  readonly mnemonic: Mnemonic;
  readonly text: string;
}

/** How it stands with one row of the table. */
interface Standing {
  readonly raised: boolean;
  /** When it was raised or cleared last. */
  readonly changedMs: number;
  /** When it was bad last. */
  readonly badMs: number;
  /** How much its count grew since it became bad. */
  readonly amount: number;
  /** From where its growth is judged; undefined: a share, or not known yet. */
  readonly mark: Mark | undefined;
}

interface Mark {
  readonly count: number;
  readonly atMs: number;
}

/** What was observed, and what was wrong then. */
export interface Look {
  readonly observed: Observed;
  readonly standings: ReadonlyMap<string, Standing>;
  readonly alarms: readonly Alarm[];
}

const calm: Standing = {
  raised: false,
  changedMs: Number.NEGATIVE_INFINITY,
  badMs: Number.NEGATIVE_INFINITY,
  amount: 0,
  mark: undefined,
};

/** `nowMs`: on a clock that is never set, in milliseconds. Without an earlier look nothing has grown yet. */
export function look(last: Look | undefined, observed: Observed, nowMs: number): Look {
  const standings = new Map<string, Standing>();
  const alarms = [...portsDown(observed), ...linksNotForwarding(observed)];
  const follows = last !== undefined && comparable(last.observed, observed);
  for (const row of alarmRows(observed)) {
    const before = last?.standings.get(row.key) ?? calm;
    const judgement = judge(row, follows ? before : { ...before, mark: undefined }, observed, nowMs);
    const standing = next(before, judgement, nowMs);
    standings.set(row.key, standing);
    if (standing.raised) alarms.push(alarmOf(row, standing));
  }
  return { observed, standings, alarms };
}

/** What to tell of two looks: what began, and what is over. */
export function news(before: readonly Alarm[], now: readonly Alarm[]): News[] {
  const without = (alarms: readonly Alarm[], others: readonly Alarm[]) =>
    alarms.filter(({ key }) => !others.some((other) => other.key === key));
  const began = without(now, before).map(({ mnemonic, text }) => ({ mnemonic, text }));
  const ended = without(before, now).map(({ mnemonic, over }) => ({
    mnemonic: `${mnemonic}_END` as const,
    text: over,
  }));
  return [...began, ...ended];
}

interface Judgement {
  readonly bad: boolean;
  /** How much its count grew since the mark. */
  readonly more: number;
  /** For the next look. */
  readonly mark: Mark | undefined;
}

function judge({ when }: AlarmRow, { raised, mark }: Standing, observed: Observed, nowMs: number): Judgement {
  if ("share" in when) return { bad: when.share(observed) >= (raised ? when.low : when.high), more: 0, mark };
  const here = { count: when.count(observed), atMs: nowMs };
  if (!mark) return { bad: false, more: 0, mark: here };
  const elapsedMs = nowMs - mark.atMs;
  if (when.perSecond > 0 && elapsedMs < RATE_MS) return { bad: false, more: 0, mark };
  const more = Math.max(0, here.count - mark.count);
  return { bad: more > (when.perSecond * elapsedMs) / 1000, more, mark: here };
}

/** Counters of another region, or of another process, began anew. */
function comparable({ status: { header: a } }: Observed, { status: { header: b } }: Observed): boolean {
  return a.region === b.region && a.starts === b.starts;
}

function next({ raised, changedMs, badMs, amount }: Standing, { bad, more, mark }: Judgement, nowMs: number): Standing {
  const lastBadMs = bad ? nowMs : badMs;
  const quiet = nowMs - lastBadMs >= QUIET_MS;
  const changes = raised === quiet && nowMs - changedMs >= QUIET_MS;
  return {
    raised: raised !== changes,
    changedMs: changes ? nowMs : changedMs,
    badMs: lastBadMs,
    amount: (quiet ? 0 : amount) + (bad ? more : 0),
    mark,
  };
}

function alarmOf({ key, text, over }: AlarmRow, { amount }: Standing): Alarm {
  const figure = number(amount);
  return { key, mnemonic: "ALARM", text: text(figure), over: over(figure) };
}

/** A state and no trouble that comes and goes: told as it is. */
function portsDown({ status: { header, live } }: Observed): Alarm[] {
  return portsOf(header.links)
    .filter(([link, side]) => !live.links[link]?.[side].up)
    .map(([link, side]) => ({
      key: `down ${link} ${side}`,
      mnemonic: "LINK",
      text: `Link ${link}: its ${side}-side port is down, and nothing passes. Look at its cable and at the other end.`,
      over: `Link ${link}: its ${side}-side port is up.`,
    }));
}

const modeEffects: Readonly<Partial<Record<ObeyedLinkMode, string>>> = {
  bypass: "nothing on it is judged",
  cutoff: "nothing passes on it",
};

/** A state as well. Of an engine that judges nothing on any link the reason is told, and not each link. */
function linksNotForwarding({ status: { header, live }, isCutOff }: Observed): Alarm[] {
  if (live.bypass !== "none") return [];
  return Array.from({ length: header.links }, (_, link) => link).flatMap((link) => {
    const mode = live.linkModes[link] ?? "unknown";
    const effect = modeEffects[mode];
    if (!effect) return [];
    return {
      key: `mode ${link} ${mode}`,
      mnemonic: "ALARM",
      text:
        isCutOff && mode === "cutoff"
          ? `Link ${link} is in cutoff while one who tells of subscribers is silent: ${effect}.`
          : `Link ${link} is in ${mode}, as it was told: ${effect}. "link mode ${link} forwarding" ends it.`,
      over: `Link ${link} is no longer in ${mode}.`,
    };
  });
}

function portsOf(links: number): (readonly [link: number, side: Side])[] {
  return Array.from({ length: links }, (_, link) => [[link, "subscriber"] as const, [link, "network"] as const]).flat();
}
