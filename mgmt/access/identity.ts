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
  /** Of a user of the configuration, what he came by: the hash of his secret, or a key of his (base64). */
  readonly shown?: string;
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

/** What he is told whom it would not. */
export const LOG_IN_AGAIN = "What you logged in by is no longer valid: log in again.";

/** Whether what he came by would let him in now. */
export function isLetIn({ user, by, shown }: Identity, { users, aaa }: Pick<Facts, "users" | "aaa">): boolean {
  if (by === "peer") return true;
  if (!aaa.login.includes(by)) return false;
  if (by !== "local") return true;
  const known = users.find(({ name }) => name === user);
  return known !== undefined && [known.secret, ...known.keys.map(({ blob }) => blob)].some((each) => each === shown);
}

/** What whoever came in as `identity` may do now: the configuration may have another level for him, or none. */
export function levelNow({ user, level, by }: Identity, { users }: Pick<Facts, "users">): Level {
  if (by === "local") return users.find(({ name }) => name === user)?.level ?? 0;
  return by !== "peer" || user === "root" ? level : levelOf(user, users);
}
