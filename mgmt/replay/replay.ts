// What the engine makes of a capture under a configuration. Blocks until the capture is read: for a process of its own.

import type { Configuration } from "../config/configuration.ts";
import { policyServices } from "../config/known-services.ts";
import type { ReplayedPacket } from "../engine/native.ts";
import { policyBlob } from "../engine/policy_blob.ts";
import { detectorsById, missingIds } from "../engine/policy_ids.ts";
import type { EngineCounters } from "../engine/region_data.ts";
import { Sentence } from "../sentence.ts";
import { BreachList, type ReplayedBreach } from "./breach_list.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import { PacketCounts } from "./packet_counts.ts";
import { type ReplayedSession, SessionList } from "./session_list.ts";

export interface ReplayReport {
  readonly packets: PacketCounts;
  /** In order of their first packets. */
  readonly sessions: readonly ReplayedSession[];
  /** In order of their declaration. */
  readonly breaches: readonly ReplayedBreach[];
  readonly counters: EngineCounters;
  /** Why the capture was not read to its end, one sentence; null: it was. */
  readonly error: string | null;
}

/** Half a million sessions at once in 100 MB. What finds no room is counted: `session_table_full` and its like. */
const tables: Omit<EngineOptions, "policy"> = {
  sessions: 2 ** 19,
  subscribers: 2 ** 17,
  watches: 2 ** 16,
  detectors: 64,
};

/** `each`: hears of every packet, in the capture's order. */
export function replayCapture(
  configuration: Configuration,
  path: string,
  each: (packet: ReplayedPacket) => void = () => {},
): ReplayReport {
  const ids = missingIds(configuration, new Map());
  const engine = new Engine({ policy: policyBlob(configuration, ids, 0, []), ...tables });
  const packets = new PacketCounts();
  const sessions = new SessionList(policyServices(configuration).map(({ name }) => name));
  const breaches = new BreachList(detectorsById(configuration, ids));
  let error: string | null = null;

  const hear = () => {
    for (const event of engine.events()) breaches.take(event);
  };
  try {
    for (const packet of engine.replay(path)) {
      packets.take(packet);
      each(packet);
      if (packet.session) sessions.take(packet.timeMs, packet.session);
      hear();
    }
  } catch (cause) {
    if (!(cause instanceof Sentence)) throw cause;
    error = cause.message;
  }
  const counters = engine.counters();
  // A breach tells its last counts at its end, which may lie behind the capture's.
  if (breaches.endMs > 0) engine.advance(breaches.endMs);
  hear();
  return { packets, sessions: sessions.sessions, breaches: breaches.breaches, counters, error };
}
