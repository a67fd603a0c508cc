// Who is at the other end of a local socket.

import { execFile } from "node:child_process";
import type { Socket } from "node:net";
import { promisify } from "node:util";
import { loadNative } from "../engine/native.ts";

/** A process that connected, as the kernel knows it, and what its user is called. */
export interface Peer {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
}

const run = promisify(execFile);

/** Rejects with an Error when the socket is none of the kernel's, or closed. */
export async function peerOf(socket: Socket): Promise<Peer> {
  // Node tells a socket's descriptor by no other way.
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: number } | null };
  const peer = loadNative().peerOf(handle?.fd ?? -1);
  return { ...peer, user: await userName(peer.uid) };
}

/** `root`; the number as text where nobody has it. Asked of whatever knows users here, as `login` asks. */
export async function userName(uid: number): Promise<string> {
  const { stdout } = await run("getent", ["passwd", `${uid}`]).catch(() => ({ stdout: "" }));
  return stdout.split(":")[0] || `${uid}`;
}
