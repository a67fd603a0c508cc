// The rows of the table, in the order in which they are shown. README.md here says what each of them is.
import type { Framing, Label } from "./subject.ts";

/** Rows that are compared with one of them. */
export interface Section {
  readonly title: string;
  readonly unit: "cycles" | "ms";
  /** The row that the others are multiples of, and what it is called above the column. */
  readonly reference?: { readonly label: Label; readonly heading: readonly [string, string] };
  /** Whether a row is drawn as a bar beside the goal. */
  readonly bars: boolean;
  /** The most laps of 16,384 packets in a round. */
  readonly laps: { readonly full: number; readonly quick: number };
  readonly rows: readonly Label[];
}

/** What bench/management.ts measures. */
export const managementRows = [
  "parse",
  "render",
  "commit",
  "one line",
  "show subscriber",
  "show running-config",
  "longest stall",
] as const;

/** What it measures of those who log in. */
export const loginRows = [
  "login by password",
  "login by key",
  "handshake, ed25519",
  "handshake, RSA",
  "50 logins at once",
  "longest stall then",
] as const;

const million = 1_000_000;
/** Where each session's subscriber is under watch: of 2.7 KB, with 32 detectors of 9. */
const someWatched = 131_072;
const framings: readonly Framing[] = ["ipv4", "ipv6", "qinq", "pppoe"];
const framed = (name: string, sessions: number): Label[] => framings.map((framing) => ({ name, framing, sessions }));
const plain = (name: string, sessions: number): Label => ({ name, framing: "ipv4", sessions });

const noEngine = { label: { name: "no-engine" }, heading: ["times no", "engine"] } as const;

export const sections: readonly Section[] = [
  {
    title: "Packets of established sessions",
    unit: "cycles",
    reference: noEngine,
    bars: true,
    laps: { full: 240, quick: 40 },
    rows: [
      plain("established", 1_000),
      plain("established", 100_000),
      ...framed("established", million),
      plain("established", 4 * million),
      plain("established, scanned", million),
      { name: "no-engine" },
      { name: "testpmd" },
    ],
  },
  {
    title: "New sessions: cycles a session",
    unit: "cycles",
    reference: noEngine,
    bars: false,
    laps: { full: 240, quick: 40 },
    rows: [
      ...framed("new-sessions", million),
      plain("new-sessions", 4 * million),
      plain("new-sessions-watched", someWatched),
      plain("watched, 8 detectors", someWatched),
      plain("watched, 32 detectors", someWatched),
    ],
  },
  {
    title: "Packets of established sessions of one service",
    unit: "cycles",
    reference: noEngine,
    bars: true,
    laps: { full: 240, quick: 40 },
    rows: [
      plain("web, no detectors", million),
      plain("web, 32 of mail", million),
      plain("mail", someWatched),
      plain("mail, measured", someWatched),
    ],
  },
  {
    title: "Attacks: cycles a packet of the attack",
    unit: "cycles",
    reference: { label: plain("established", million), heading: ["times", "established"] },
    bars: false,
    laps: { full: 100, quick: 15 },
    rows: [
      plain("table-full", million),
      plain("random-sources", million),
      plain("syn-flood", million),
      plain("watch-pool-full", million),
      plain("breach-storm", someWatched),
      { name: "collisions", framing: "ipv6", sessions: 64 },
      plain("fragments", million),
      plain("tiny-fragments", million),
      plain("malformed", million),
    ],
  },
  {
    title: "Start over the records that another process left: milliseconds",
    unit: "ms",
    bars: false,
    laps: { full: 1, quick: 1 },
    rows: [plain("adoption", million)],
  },
  {
    title: "A minute's usage of 30,000 among the subscribers: milliseconds of the daemon",
    unit: "ms",
    bars: false,
    laps: { full: 1, quick: 1 },
    rows: [plain("usage-scan", million), plain("tops", million)],
  },
  {
    title: "Management: 10,000 lines of configuration, 100,000 subscribers; milliseconds",
    unit: "ms",
    bars: false,
    laps: { full: 1, quick: 1 },
    rows: managementRows.map((name) => ({ name })),
  },
  {
    title: "Logins over SSH: milliseconds",
    unit: "ms",
    bars: false,
    laps: { full: 1, quick: 1 },
    rows: loginRows.map((name) => ({ name })),
  },
];
