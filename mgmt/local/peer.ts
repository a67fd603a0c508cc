// Who is at the other end of a local socket.

import type { Socket } from "node:net";
import { loadNative, type Native } from "../engine/native.ts";
import { reasonOf, Sentence } from "../sentence.ts";

/** A process that connected, as the kernel knows it. */
export interface Credentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

export interface Peer extends Credentials {
  /** What its user is called. */
  readonly user: string;
}

/** Throws an Error with a code when the socket is none of the kernel's, or closed. */
export function credentialsOf(socket: Socket): Credentials {
  // Node tells a socket's descriptor by no other way.
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: number } | null };
  return loadNative().peerOf(handle?.fd ?? -1);
}

/** Rejects with a Sentence when his name cannot be told, and as credentialsOf(). */
export async function peerOf(socket: Socket): Promise<Peer> {
  const credentials = credentialsOf(socket);
  return { ...credentials, user: await userName(credentials.uid) };
}

/** `root`; the number as text where nobody has it. Rejects with a Sentence. */
export async function userName(uid: number, native: Pick<Native, "userName"> = loadNative()): Promise<string> {
  // However far away the directory of users is, root gets in.
  if (uid === 0) return "root";
  try {
    return (await native.userName(uid)) ?? `${uid}`;
  } catch (error) {
    throw new Sentence(`What user ${uid} is called cannot be found out: ${reasonOf(error)}; try again, or as root.`);
  }
}
