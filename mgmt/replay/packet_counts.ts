// How many packets of a capture came from where, were what, and were judged how.

import type { ReplayedPacket } from "../engine/native.ts";

export class PacketCounts {
  total = 0;
  /** Of the first and the last packet, in milliseconds since 1970; null: there was none. */
  firstAt: number | null = null;
  lastAt: number | null = null;
  /** "neither": no end is in an anonymous group, or the frame has no addresses. */
  readonly side = { subscriber: 0, network: 0, neither: 0 };
  readonly kind: Record<ReplayedPacket["kind"], number> = {
    tcp: 0,
    udp: 0,
    fragment: 0,
    evasive: 0,
    ip: 0,
    other: 0,
    malformed: 0,
  };
  readonly verdict: Record<ReplayedPacket["verdict"], number> = { forward: 0, refuse: 0, cutoff: 0 };

  take({ timeMs, side, kind, verdict }: ReplayedPacket): void {
    this.total++;
    this.firstAt ??= timeMs;
    this.lastAt = timeMs;
    this.side[side ?? "neither"]++;
    this.kind[kind]++;
    this.verdict[verdict]++;
  }
}
