// What the bench compares. Each subject measures itself for one round at a time, so that rounds can be interleaved.

/** As engine-bench calls them (dataplane/bench/frame.h). */
export type Framing = "ipv4" | "ipv6" | "qinq" | "pppoe";

/** What a row is known by in every output. */
export interface Label {
  /** As engine-bench calls it (dataplane/bench/rows.c); or "testpmd". */
  readonly name: string;
  /** What the packets travel in; absent where it makes no difference. */
  readonly framing?: Framing;
  /** How many sessions there are, one of each subscriber. Absent where there is no engine. */
  readonly sessions?: number;
}

export interface Subject {
  readonly label: Label;
  /** Gets ready for the first round. */
  start(): Promise<void>;
  /** One round's figure, in the unit of its section. */
  measure(): Promise<number>;
  stop(): Promise<void>;
}

export function sameLabel(a: Label, b: Label): boolean {
  return a.name === b.name && a.framing === b.framing && a.sessions === b.sessions;
}
