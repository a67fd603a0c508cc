// What the bench compares. Each subject measures itself for one round at a time, so that rounds can be interleaved.

/** One round's figure. */
export interface Sample {
  /** TSC ticks a packet. */
  readonly cycles: number;
  /** Packets in a second on one core: the TSC's rate over `cycles`. */
  readonly perSecond: number;
}

/** What a row is called in every output. */
export interface Label {
  readonly name: "established" | "new-sessions" | "no-engine" | "testpmd";
  /** Sessions in the engine's table, one of each subscriber. Absent where there is no engine. */
  readonly sessions?: number;
  /** Of new sessions: whether a detector counts them, so that their subscribers are under watch. */
  readonly watched?: boolean;
}

export interface Subject {
  readonly label: Label;
  /** Gets ready for the first round. */
  start(): Promise<void>;
  measure(): Promise<Sample>;
  stop(): Promise<void>;
}
