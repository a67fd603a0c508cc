// Authorisation levels, as the SCE has them: each may do what the lower ones may.

/** User, viewer, admin, root. */
export const levels = [0, 5, 10, 15] as const;

export type Level = (typeof levels)[number];
