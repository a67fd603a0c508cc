// What is wrong with a fast path that runs, as its region tells it: ports that are down, tables that are full, packets that are
// missed. Pure: from two looks at the region to sentences.

import type { EngineStatus } from "../engine/engine_port.ts";
import type { EngineCounter, Side } from "../engine/region_data.ts";

/** What grew goes on to be an alarm for as long: one alarm for a trouble that comes and goes. */
const HELD_MS = 60_000;

/** Packet buffers are nearly exhausted when less of them is free: a burst takes more. */
const BUFFERS_FREE = 1 / 16;

/** One thing that is wrong now. */
export interface Alarm {
  /** Names it from look to look. */
  readonly key: string;
  /** A sentence: what is wrong, what it does, what to do. */
  readonly text: string;
  /** A sentence: it is over. */
  readonly over: string;
  /** Of one that is held: how much there was since it began, and when there was more of it last. */
  readonly held?: { readonly amount: number; readonly lastMs: number };
}

/** What the region said, and what was wrong then. */
export interface Look {
  readonly status: EngineStatus;
  readonly alarms: readonly Alarm[];
}

/** `nowMs`: on a clock that is never set, in milliseconds. Without an earlier look nothing has grown yet. */
export function look(last: Look | undefined, status: EngineStatus, nowMs: number): Look {
  const held = troubles(status).flatMap((trouble) => {
    const before = last?.alarms.find(({ key }) => key === trouble.key)?.held;
    const more = last ? Math.max(0, trouble.count(status) - trouble.count(comparable(last.status, status))) : 0;
    const lastMs = more > 0 ? nowMs : before?.lastMs;
    if (lastMs === undefined || nowMs - lastMs >= HELD_MS) return [];
    const amount = (before?.amount ?? 0) + more;
    return [{ key: trouble.key, ...trouble.tell(amount.toLocaleString("en-GB")), held: { amount, lastMs } }];
  });
  return { status, alarms: [...portsDown(status), ...held, ...buffersShort(status)] };
}

/** What to tell of two looks: what began, and what is over. */
export function news(before: readonly Alarm[], now: readonly Alarm[]): string[] {
  const without = (alarms: readonly Alarm[], others: readonly Alarm[]) =>
    alarms.filter(({ key }) => !others.some((other) => other.key === key));
  return [...without(now, before).map(({ text }) => text), ...without(before, now).map(({ over }) => over)];
}

/** A count of what should not happen: an alarm while it grows. */
interface Trouble {
  readonly key: string;
  count(status: EngineStatus): number;
  tell(amount: string): Pick<Alarm, "text" | "over">;
}

/** Counters of another region, or of another process, began anew: they are compared with themselves. */
function comparable(last: EngineStatus, status: EngineStatus): EngineStatus {
  const same = last.header.region === status.header.region && last.header.starts === status.header.starts;
  return same ? last : status;
}

function troubles({ header }: EngineStatus): Trouble[] {
  return [...fullTables, ...ports(header.links).map(([link, side]) => missed(link, side))];
}

const fullTables: readonly Trouble[] = [
  full("session_table_full", (amount) => ({
    text: `The session table is full: ${amount} sessions so far were judged without an entry, and may be counted twice. Start the fast path with more --sessions.`,
    over: `The session table has had room for a minute: ${amount} sessions were judged without an entry.`,
  })),
  full("subscriber_table_full", (amount) => ({
    text: `No subscriber record is free: ${amount} times so far an address was not taken in, and it is not counted. Start the fast path with more --subscribers.`,
    over: `Subscriber records have been free for a minute: ${amount} times an address was not taken in.`,
  })),
  full("watch_pool_full", (amount) => ({
    text: `No watch is free: ${amount} sessions so far were not counted, and quotas may be exceeded unseen. Start the fast path with more --watches.`,
    over: `Watches have been free for a minute: ${amount} sessions were not counted.`,
  })),
];

function full(counter: EngineCounter, tell: Trouble["tell"]): Trouble {
  return { key: counter, count: ({ counters }) => counters.engine[counter], tell };
}

function missed(link: number, side: Side): Trouble {
  return {
    key: `missed ${link} ${side}`,
    count: ({ live }) => live.links[link]?.[side].missed ?? 0,
    tell: (amount) => ({
      text: `Link ${link}: its ${side}-side port missed ${amount} packets so far: they came faster than they were taken, and are lost. More --workers may help.`,
      over: `Link ${link}: its ${side}-side port has missed nothing for a minute: it missed ${amount} packets.`,
    }),
  };
}

function portsDown({ header, live }: EngineStatus): Alarm[] {
  return ports(header.links)
    .filter(([link, side]) => !live.links[link]?.[side].up)
    .map(([link, side]) => ({
      key: `down ${link} ${side}`,
      text: `Link ${link}: its ${side}-side port is down, and nothing passes. Look at its cable and at the other end.`,
      over: `Link ${link}: its ${side}-side port is up.`,
    }));
}

function buffersShort({ live: { mbufs, mbufsFree } }: EngineStatus): Alarm[] {
  if (mbufsFree >= mbufs * BUFFERS_FREE) return [];
  const text = `Packet buffers are nearly exhausted: fewer than ${100 * BUFFERS_FREE} % of ${mbufs.toLocaleString("en-GB")} are free, and packets may be missed.`;
  return [{ key: "buffers", text, over: "Packet buffers are free again." }];
}

function ports(links: number): (readonly [link: number, side: Side])[] {
  return Array.from({ length: links }, (_, link) => [[link, "subscriber"] as const, [link, "network"] as const]).flat();
}
