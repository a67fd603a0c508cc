// Who connects on this machine, and what he may do.

import type { Socket } from "node:net";
import type { Facts } from "../config/service.ts";
import type { Level } from "../level.ts";
import { peerOf } from "../local/peer.ts";

/** Of a member of the daemon's group whom the configuration does not name. */
const MEMBER_LEVEL: Level = 5;

export interface Identity {
  readonly user: string;
  readonly level: Level;
}

/** Root may do everything; another one what the configuration lets a user of his name do. */
export async function identify(socket: Socket, { users }: Pick<Facts, "users">): Promise<Identity> {
  const { uid, user } = await peerOf(socket);
  if (uid === 0) return { user, level: 15 };
  return { user, level: users.find(({ name }) => name === user)?.level ?? MEMBER_LEVEL };
}
