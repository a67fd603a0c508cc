// How many names and mappings there are, and what became of them.

/** As many as an SCE8000 (Cisco's data sheet). */
export const NAMES_MAX = 1_000_000;

export interface NameFigures {
  /** Names that are known. */
  names: number;
  /** Of them, those that a person introduced. */
  fixed: number;
  /** Of them, those without a mapping. */
  idle: number;
  /** Names that were known once. */
  forgotten: number;
  /** Mappings of one address. */
  addresses: number;
  /** Of a longer range of addresses. */
  ranges: number;
  /** Of VLAN tags alone. */
  tags: number;

  // Since the daemon started.
  introduced: number;
  aged: number;
  logouts: number;
  expired: number;
  /** Events whose name nobody may be called by. */
  refusedNames: number;
  /** Events for which there was no room. */
  full: number;
  /** Events that were told too late. */
  stale: number;
}

export const noFigures: NameFigures = {
  ...{ names: 0, fixed: 0, idle: 0, forgotten: 0, addresses: 0, ranges: 0, tags: 0 },
  ...{ introduced: 0, aged: 0, logouts: 0, expired: 0, refusedNames: 0, full: 0, stale: 0 },
};

export function mappingCount({ addresses, ranges, tags }: NameFigures): number {
  return addresses + ranges + tags;
}
