// What becomes of names and their mappings, as those who hear of it tell it: RADIUS, DHCP, people. A feed only takes part in it.

import type { MappingKey } from "../engine/subscriber_change.ts";

/** What made a mapping: each undoes only its own. */
export interface FeedSession {
  /** `radius`, `dhcp`. */
  readonly feed: string;
  /** Who told of it, as the feed knows him: not empty. */
  readonly nas: string;
  /** Of one login there, as the NAS calls it: not empty. */
  readonly id: string;
}

export interface LoginMapping {
  readonly key: MappingKey;
  /** What told it, such as `Framed-IP-Address`: the session's next one of the same attribute takes its place. */
  readonly attribute: string;
}

/** Somebody has come, or is still there. */
export interface Login {
  readonly kind: "login";
  readonly name: string;
  /** Left out: it is not said. One that a person gave stays. */
  readonly package?: number;
  readonly mappings: readonly LoginMapping[];
  readonly session: FeedSession;
  /**
   * When it happened, in Unix milliseconds: of two events that contradict each other the later one holds. Where a feed cannot tell
   * a login's time from a logout's, the logout's has to be the later one.
   */
  readonly at: number;
  /** Unix milliseconds; null: until somebody says so. */
  readonly expiresAt: number | null;
}

/**
 * The session goes on, told by one who does not know the name: what it made and still has expires then. `not-its-own`: there is
 * nothing. A client renews a DHCP lease past the relay, which alone knows the line.
 */
export interface Renewal {
  readonly kind: "renew";
  readonly session: FeedSession;
  readonly at: number;
  /** As of a login. */
  readonly expiresAt: number | null;
}

/** The session is over: what it made, and nobody has taken over since, is nobody's. */
export interface Logout {
  readonly kind: "logout";
  readonly session: FeedSession;
  readonly at: number;
}

/** All sessions of a NAS that were told of with an earlier time are over: at once, but of very many the mappings go some at a time. */
export interface Clear {
  readonly kind: "clear";
  readonly feed: string;
  readonly nas: string;
  readonly at: number;
}

/** A person says that there is such a subscriber, with what package and, unless `keys` is left out, what static mappings. */
export interface Introduce {
  readonly kind: "introduce";
  readonly name: string;
  readonly package: number;
  readonly keys?: readonly MappingKey[];
}

/** A person says that these are a name's, beside what it has. */
export interface MapName {
  readonly kind: "map";
  readonly name: string;
  readonly keys: readonly MappingKey[];
}

/** They are not, whoever said so. */
export interface Unmap {
  readonly kind: "unmap";
  readonly name: string;
  readonly keys: readonly MappingKey[];
}

/** The name is forgotten, and with it what is counted of it. */
export interface Remove {
  readonly kind: "remove";
  readonly name: string;
}

export type SubscriberEvent = Login | Renewal | Logout | Clear | Introduce | MapName | Unmap | Remove;

/**
 * `unchanged`: it was so already. `stale`: something later is known. `not-its-own`: the session made nothing that is still there.
 * `refused-name`: nobody may be called so. `unknown-name`: nobody is called so. `full`: there is no room for more.
 * `held`: a mapping of it is another's by a person's word, and stays so; the rest is done.
 */
export type Outcome =
  | "applied"
  | "unchanged"
  | "stale"
  | "held"
  | "not-its-own"
  | "refused-name"
  | "unknown-name"
  | "full";

export interface SubscriberFeed {
  /**
   * An outcome for each event, once they are stored and given to the fast path; in order, all at once or, when the store cannot
   * be written, none: then it rejects with a Sentence.
   */
  take(events: readonly SubscriberEvent[]): Promise<readonly Outcome[]>;
}
