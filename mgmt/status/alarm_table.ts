// Which alarms there are of a fast path that runs: when each is raised and cleared, and what it says. Pure; alarms.ts raises and
// clears them.

import type { EngineStatus } from "../engine/engine_port.ts";
import type { DropReason, EngineCounter, PortLive, Side } from "../engine/region_data.ts";
import { number } from "../words.ts";
import type { TableName } from "./status.ts";

/** What alarms are told from. */
export interface Observed {
  readonly status: EngineStatus;
  /** Events that were overwritten before this daemon read them, since it started. */
  readonly eventsLost: number;
  /** Links that judge are to be cut off beside what the configuration says of them. */
  readonly isCutOff: boolean;
}

/** A count that matters when it grows: bad while it grows faster than `perSecond`, judged over a second at least if that is not 0. */
export interface Growth {
  count(observed: Observed): number;
  readonly perSecond: number;
}

/** A share, 0 to 1, of something limited: bad from `high` on until it is below `low`. */
export interface Gauge {
  share(observed: Observed): number;
  readonly high: number;
  readonly low: number;
}

/** One alarm. `amount` is how much a count grew while the alarm was up. */
export interface AlarmRow {
  /** Names it from look to look. */
  readonly key: string;
  readonly when: Growth | Gauge;
  /** A sentence: what is wrong, what it does, what to do. */
  text(amount: string): string;
  /** A sentence: it is over. */
  over(amount: string): string;
}

/** More openings refused than this, a second, are a flood: a hundred zombies that each try ten times. */
const FLOOD_PER_SECOND = 1000;

export function alarmRows({ status: { header } }: Observed): AlarmRow[] {
  const ports = Array.from({ length: header.links }, (_, link) => [port(link, "subscriber"), port(link, "network")]);
  return [...engineRows, ...ports.flat(2)];
}

const engineRows: readonly AlarmRow[] = [
  {
    key: "session_table_full",
    when: grows("session_table_full"),
    text: (amount) =>
      `The session table is full: ${amount} sessions so far were judged without an entry, and may be counted twice. Start the fast path with more --sessions.`,
    over: (amount) => `The session table has had room for a minute: ${amount} sessions were judged without an entry.`,
  },
  {
    key: "sessions_evicted",
    when: grows("sessions_evicted"),
    text: (amount) =>
      `The session table is crowded: ${amount} entries so far made room before their time, unanswered openings and sessions that nobody counts. Start the fast path with more --sessions.`,
    over: (amount) => `No session has made room before its time for a minute: ${amount} entries did.`,
  },
  {
    key: "subscriber_table_full",
    when: grows("subscriber_table_full"),
    text: (amount) =>
      `No subscriber record is free: ${amount} newcomers so far took the place of another, or were not counted. Start the fast path with more --subscribers.`,
    over: (amount) => `Subscriber records have been free for a minute: ${amount} newcomers found none.`,
  },
  {
    key: "watch_pool_full",
    when: grows("watch_pool_full"),
    text: (amount) =>
      `No watch is free: ${amount} sessions so far took the watch of one who had counted least, or were not counted. Start the fast path with more --watches.`,
    over: (amount) => `Watches have been free for a minute: ${amount} sessions found none.`,
  },
  ...(["sessions", "subscribers", "watches"] as const).map(nearlyFull),
  {
    key: "flood",
    when: grows("sessions_refused", FLOOD_PER_SECOND),
    text: (amount) =>
      `Subscribers who are blocked flood: ${amount} openings so far were refused, more than ${number(FLOOD_PER_SECOND)} a second. Others lose nothing; "postern breaches" says who they are.`,
    over: (amount) => `The flood of openings has been over for a minute: ${amount} were refused.`,
  },
  {
    key: "fragments_displaced",
    when: grows("fragments_displaced"),
    text: (amount) =>
      `A flood of fragments: ${amount} refused datagrams so far were forgotten before their time, and their later fragments pass, of no use without the first.`,
    over: (amount) => `No refused datagram has been forgotten for a minute: ${amount} were.`,
  },
  {
    key: "evasive",
    when: grows("evasive"),
    text: (amount) =>
      `Somebody hides ports or TCP flags in fragments or behind extension headers: ${amount} packets so far. Each counts as an opening, and is refused while its subscriber is blocked. "postern capture" shows the packets.`,
    over: (amount) => `Nobody has hidden ports or TCP flags for a minute: ${amount} packets did.`,
  },
  {
    key: "events_lost",
    when: { count: ({ eventsLost }) => eventsLost, perSecond: 0 },
    text: (amount) =>
      `Events came faster than the daemon read them: ${amount} so far are lost. The breaches that go on were read from the records; any that began and ended meanwhile are missing.`,
    over: (amount) => `No event has been lost for a minute: ${amount} were.`,
  },
  {
    key: "buffers",
    when: {
      share: ({ status: { live } }) => share(live.mbufs - live.mbufsFree, live.mbufs),
      // A sixteenth is less than what the workers' bursts and the ports' queues may take at once.
      high: 15 / 16,
      low: 7 / 8,
    },
    text: () => "Packet buffers are nearly exhausted: fewer than 1 in 16 are free, and packets may be missed.",
    over: () => "Packet buffers are free again.",
  },
];

function nearlyFull(table: TableName): AlarmRow {
  return {
    key: `nearly full ${table}`,
    when: {
      share: ({ status: { counters, header } }) => share(counters.engine[table], header.engine[table]),
      high: 0.95,
      low: 0.85,
    },
    text: () => `The table of ${table} is nearly full: 95 % are in use. Start the fast path with more --${table}.`,
    over: () => `The table of ${table} has room again: less than 85 % are in use.`,
  };
}

/** Packets that came in by a port and were lost, each reason apart. */
function port(link: number, side: Side): AlarmRow[] {
  const its = `Link ${link}: its ${side}-side port`;
  const from = `Link ${link}: packets from the ${side} side`;
  return [
    {
      key: `missed ${link} ${side}`,
      when: live(link, side, "missed"),
      text: (amount) =>
        `${its} missed ${amount} packets so far: they came faster than they were taken, and are lost. More --workers may help.`,
      over: (amount) => `${its} has missed nothing for a minute: it missed ${amount} packets.`,
    },
    {
      key: `starved ${link} ${side}`,
      when: live(link, side, "starved"),
      text: (amount) =>
        `${its} found no packet buffer ${amount} times so far: packets wait in its queue, and are lost when that is full.`,
      over: (amount) => `${its} has found packet buffers for a minute: ${amount} times it found none.`,
    },
    {
      key: `transmit ${link} ${side}`,
      when: drops(link, side, "transmit"),
      text: (amount) =>
        `${from} were dropped, ${amount} so far, because the other port took no more: it is down, or its queue is full.`,
      over: (amount) => `${from} have all been taken by the other port for a minute: ${amount} were dropped.`,
    },
    {
      key: `handover_full ${link} ${side}`,
      when: drops(link, side, "handover_full"),
      text: (amount) =>
        `${from} were dropped, ${amount} so far, because the worker that owns them has more than it can take. More --workers may help.`,
      over: (amount) => `${from} have all reached their worker for a minute: ${amount} were dropped.`,
    },
    {
      key: `oversize ${link} ${side}`,
      when: drops(link, side, "oversize"),
      text: (amount) =>
        `${from} were dropped, ${amount} so far, because they are longer than the other port carries. Give both ports the same MTU.`,
      over: (amount) => `${from} have all fitted the other port for a minute: ${amount} were dropped.`,
    },
  ];
}

function grows(counter: EngineCounter, perSecond = 0): Growth {
  return { count: ({ status }) => status.counters.engine[counter], perSecond };
}

function live(link: number, side: Side, figure: Exclude<keyof PortLive, "up">): Growth {
  return { count: ({ status }) => status.live.links[link]?.[side][figure] ?? 0, perSecond: 0 };
}

function drops(link: number, side: Side, reason: DropReason): Growth {
  return { count: ({ status }) => status.counters.links[link]?.[side].dropped[reason] ?? 0, perSecond: 0 };
}

function share(used: number, capacity: number): number {
  return capacity === 0 ? 0 : used / capacity;
}
