// Who somebody is, who says so, and what he may do.

import type { Socket } from "node:net";
import type { LoginMethodName } from "../config/sections/aaa.ts";
import type { Facts } from "../config/service.ts";
import type { Level } from "../level.ts";
import { peerOf } from "../local/peer.ts";

/** Of a member of the daemon's group whom the configuration does not name: root made him one so that he may look. */
const MEMBER_LEVEL: Level = 5;

export interface Identity {
  readonly user: string;
  readonly level: Level;
  /** What found out who he is; `peer`: the kernel, of one who connected on this machine. */
  readonly by: "peer" | LoginMethodName;
}

/** Of one who connects on this machine: root may do everything; another what the configuration lets a user of his name do. */
export async function identify(socket: Socket, { users }: Pick<Facts, "users">): Promise<Identity> {
  const { uid, user } = await peerOf(socket);
  return { user, level: uid === 0 ? 15 : levelOf(user, users), by: "peer" };
}

/** What one who is not root may do. */
export function levelOf(user: string, users: Facts["users"]): Level {
  return users.find(({ name }) => name === user)?.level ?? MEMBER_LEVEL;
}

/** Whether the configuration still has him; of those whom others know it need not. */
export function isKnown({ user, by }: Identity, { users }: Pick<Facts, "users">): boolean {
  return by !== "local" || users.some(({ name }) => name === user);
}

/** What whoever came in as `identity` may do now: the configuration may have another level for him, or none. */
export function levelNow({ user, level, by }: Identity, { users }: Pick<Facts, "users">): Level {
  if (by === "local") return users.find(({ name }) => name === user)?.level ?? 0;
  return by !== "peer" || user === "root" ? level : levelOf(user, users);
}
