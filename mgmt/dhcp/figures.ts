// What became of the messages that were seen, in numbers since the daemon started.

import type { Outcome } from "../subscribers/feed.ts";

/** In the order that they are shown. */
export const dhcpCounters = [
  // Of leases.
  "given",
  "renewed",
  "ended",
  // Of messages.
  "other",
  "subscriberSide",
  "unlisted",
  "malformed",
  // Of leases again: nothing came of them.
  "unnamed",
  "impossible",
  "stale",
  "held",
  "full",
  "unstored",
] as const;

export type DhcpCounter = (typeof dhcpCounters)[number];
export type DhcpCounts = Readonly<Record<DhcpCounter, number>>;

export class DhcpFigures {
  readonly #counts = Object.fromEntries(dhcpCounters.map((name) => [name, 0])) as Record<DhcpCounter, number>;

  add(counter: DhcpCounter, count = 1): void {
    this.#counts[counter] += count;
  }

  get counts(): DhcpCounts {
    return { ...this.#counts };
  }
}

/** What became of a lease, where subscribers are kept. */
export function counterOf(kind: "login" | "renew" | "logout", outcome: Outcome): DhcpCounter {
  switch (outcome) {
    case "stale":
    case "held":
    case "full":
      return outcome;
    case "refused-name":
    case "unknown-name":
      return "unnamed";
    // Of a lease that is not known: nobody says whose it is.
    case "not-its-own":
      return kind === "renew" ? "unnamed" : "ended";
    case "applied":
    case "unchanged":
      return ({ login: "given", renew: "renewed", logout: "ended" } as const)[kind];
  }
}
