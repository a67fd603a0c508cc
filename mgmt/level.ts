// Authorisation levels, as the SCE has them: each may do what the lower ones may.

/** User, viewer, admin, root. */
export const levels = [0, 5, 10, 15] as const;

export type Level = (typeof levels)[number];

/** The highest level that is not above `privilege`, which others number from 0 to 15. */
export function levelWithin(privilege: number): Level {
  return levels.findLast((level) => level <= privilege) ?? 0;
}
