// Authorisation levels, as the SCE has them: each may do what the lower ones may.

/** User, viewer, admin, root. */
export const levels = [0, 5, 10, 15] as const;

export type Level = (typeof levels)[number];

/** What each may do beyond the lower ones. */
export const levelHelp = {
  "0": "See the session itself",
  "5": "See everything but the configuration and packets",
  "10": "Configure, save, release, capture",
  "15": "Say who may come in, see hashes and keys, restart the daemon and the fast path",
} as const;

/** The highest level that is not above `privilege`, which others number from 0 to 15. */
export function levelWithin(privilege: number): Level {
  return levels.findLast((level) => level <= privilege) ?? 0;
}
