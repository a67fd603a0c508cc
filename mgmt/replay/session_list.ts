// The sessions of a capture, put together from what each packet did. The engine's table forgets a session when it is over or idle;
// this list keeps it, in the last state that a packet left it in.

import type { SessionChange } from "../engine/native.ts";
import type { Side } from "../engine/region_data.ts";

export interface ReplayedSession {
  /** Of its first packet, in milliseconds since 1970. */
  readonly startedAt: number;
  /** "opened": judged and passed; "joined": seen in the middle, not counted; "refused": the quota refused it. */
  readonly began: "opened" | "joined" | "refused";
  readonly protocol: "tcp" | "udp";
  readonly subscriber: string;
  readonly subscriberPort: number;
  readonly network: string;
  readonly networkPort: number;
  /** VLAN ids; 0: no such tag. */
  readonly outerVlan: number;
  readonly innerVlan: number;
  /** The side that opened it; of a joined one, the likelier. */
  readonly opener: Side;
  /** Every service that it belongs to. */
  readonly services: readonly string[];
  state: SessionChange["state"];
}

export class SessionList {
  readonly sessions: ReplayedSession[] = [];
  readonly #serviceNames: readonly string[];
  readonly #latest = new Map<string, ReplayedSession>();

  /** `serviceNames`: the configuration's, in its order. */
  constructor(serviceNames: readonly string[]) {
    this.#serviceNames = serviceNames;
  }

  take(timeMs: number, change: SessionChange): void {
    const key = keyOf(change);
    const known = this.#latest.get(key);
    if (known && continues(known, change)) known.state = change.state;
    else this.#begin(key, timeMs, change);
  }

  #begin(key: string, timeMs: number, { change, protocol, services, ...rest }: SessionChange): void {
    const session: ReplayedSession = {
      startedAt: timeMs,
      began: change === "state" ? "joined" : change,
      protocol: protocol === 6 ? "tcp" : "udp",
      ...rest,
      services: services.map((index) => this.#serviceNames[index] ?? `service ${index}`),
    };
    this.sessions.push(session);
    this.#latest.set(key, session);
  }
}

/** A session that the full table has no entry for is joined anew by each of its packets. */
function continues(known: ReplayedSession, { change, state }: SessionChange): boolean {
  return change === "state" || (change === "joined" && state === "untracked" && known.state === "untracked");
}

function keyOf(change: SessionChange): string {
  const { protocol, outerVlan, innerVlan, subscriber, subscriberPort, network, networkPort } = change;
  return [protocol, outerVlan, innerVlan, subscriber, subscriberPort, network, networkPort].join(" ");
}
