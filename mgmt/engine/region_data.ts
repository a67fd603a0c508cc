// What the fast path tells through its region, as plain data. The words are those of the C headers (dataplane/region/region.h,
// core/counters.h, core/records.h, core/event_ring.h), and the addon fills these shapes.
//
// Every time is CLOCK_BOOTTIME in milliseconds. Times and counters are 64-bit in C and numbers here: at ten million packets a
// second a counter stays exact (2^53) for 28 years.

/** Why the engine does not judge; "none": it does; "unknown": a number that this version has no word for. */
export type Bypass = "none" | "no-policy" | "policy-damaged" | "no-memory" | "crashes" | "unknown";

/** What a link does, whatever it was told: bypass while the engine does not judge; "unknown": as in Bypass. */
export type ObeyedLinkMode = "forwarding" | "bypass" | "cutoff" | "unknown";

export type Side = "subscriber" | "network";

/** What there is one of for each port of a link. */
export type BySide<T> = Readonly<Record<Side, T>>;

/** Sizes of the engine's tables. */
export interface EngineSize {
  readonly workers: number;
  /** Sessions of all workers together. */
  readonly sessions: number;
  /** Records of subscribers. */
  readonly subscribers: number;
  /** Records of watches. */
  readonly watches: number;
  /** Detectors that a package may have, and services that it may measure: what a watch has room for. */
  readonly detectors: number;
}

/** What the present process found in the records that an earlier one left. */
export interface Adoption {
  readonly subscribers: number;
  readonly watches: number;
  /** Watches kept that are in breach. */
  readonly breached: number;
  /** Records half-written, contradictory or impossible. */
  readonly dropped: number;
}

/** A region and the process that serves it. */
export interface RegionHeader {
  /** Names one region file of one boot: sequences of events are unique within it. Opaque. */
  readonly region: string;
  /** The kernel's boot id, 32 hexadecimal digits. */
  readonly bootId: string;
  readonly engine: EngineSize;
  /** 1 to 4. */
  readonly links: number;
  readonly startedMs: number;
  readonly pid: number;
  /** Processes that served this region, the present one included. */
  readonly starts: number;
  readonly adoption: Adoption;
}

/** What the control thread keeps up to date while it runs. */
export interface RegionLive {
  /** Grows by one a turn of the control thread; one that stands still is a dead or hung process. */
  readonly heartbeat: number;
  readonly bypass: Bypass;
  /** Of the policy in force; 0: none yet. Each policy that a region's processes take has the next one. */
  readonly policyGeneration: number;
  /** The number that the daemon gave the configuration in force. */
  readonly policyRevision: number;
  readonly policyAppliedMs: number;
  /** Of link 0, 1, ... */
  readonly linkModes: readonly ObeyedLinkMode[];
  readonly links: readonly BySide<PortLive>[];
  readonly mbufsFree: number;
  readonly mbufs: number;
  /** Ticks a second of the workers' time stamp counters; 0: not told. */
  readonly tscHz: number;
  /** When the order to sample for a capture ends; 0: there is none. */
  readonly samplingUntilMs: number;
}

export interface PortLive {
  readonly up: boolean;
  /** Frames that came and were lost before a worker had them. */
  readonly missed: number;
  /** Attempts to receive that found no packet buffer; no frame is lost by that alone, it waits in the port's queue. */
  readonly starved: number;
}

/**
 * Counters of the engine, all workers together; sessions, subscribers (anonymous ones), names, mappings and watches say how many
 * entries are in use.
 */
export type EngineCounters = Readonly<Record<EngineCounter, number>>;

export type EngineCounter =
  | "not_ip"
  | "malformed"
  | "tunnels"
  | "fragments"
  | "fragments_displaced"
  | "evasive"
  | "sessions_opened"
  | "sessions_joined"
  | "sessions_unmapped"
  | "sessions_refused"
  | "sessions_cut"
  | "retransmissions"
  | "sessions_expired"
  | "sessions_evicted"
  | "session_table_full"
  | "subscribers_created"
  | "subscribers_expired"
  | "subscriber_table_full"
  | "watch_pool_full"
  | "breaches"
  | "breaches_ended"
  | "sessions"
  | "subscribers"
  | "names"
  | "mappings"
  | "watches";

/** Why a packet did not leave by the other port: in the order of enum drop_reason (dataplane/core/counters.h). */
export const dropReasons = ["refused", "evasive", "cutoff", "transmit", "handover_full", "oversize"] as const;
export type DropReason = (typeof dropReasons)[number];

/**
 * Of one port: what came in by it, and the resets that left by it. Received is forwarded and dropped together, whenever nothing is
 * in flight; a reset is none of these.
 */
export interface PortCounters {
  readonly receivedPackets: number;
  readonly receivedBytes: number;
  readonly forwardedPackets: number;
  readonly forwardedBytes: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Resets to the end of a refused session. */
  readonly injectedPackets: number;
  readonly injectedBytes: number;
  /** Resets that did not leave: there was no packet buffer, or the port took no more. */
  readonly injectedLost: number;
}

export interface WorkerCounters {
  /** Grows by one a turn of the worker's loop. */
  readonly heartbeat: number;
  readonly turnsIdle: number;
  /** Packets given to the worker that owns them. */
  readonly handedOver: number;
  /** Packets that the order to sample for a capture asked for, and that for DHCP, and that were too many. */
  readonly samplesSuppressed: number;
  readonly dhcpSuppressed: number;
  /** Of all turns, in ticks of the time stamp counter, the idle sleeps between them included. */
  readonly ticks: number;
  /** Of turns that found packets: receiving, judging, sending and ageing. */
  readonly ticksBusy: number;
  /** Packets found; one that is handed over is found by two workers. */
  readonly packets: number;
  /** Polls that found packets: bucket i those that found more than 2^(i-1) and up to 2^i of them. */
  readonly bursts: readonly number[];
  /**
   * Packets by a bound on the time from when they could have been received until they were sent, dropped or handed over: bucket
   * i those below 2^i microseconds, the last one the rest too.
   */
  readonly latencies: readonly number[];
}

export interface RegionCounters {
  readonly engine: EngineCounters;
  readonly workers: readonly WorkerCounters[];
  readonly links: readonly BySide<PortCounters>[];
}

/** What a subscriber is known by: an anonymous one's prefix within its tags, or a name's own address (name-address.ts). */
export interface SubscriberAddress {
  /** The prefix's first address: `192.0.2.7`, `2001:db8:0:1::` (RFC 5952). */
  readonly address: string;
  /** In bits: 32 for IPv4, 32 to 128 for IPv6. */
  readonly prefixLength: number;
  /** VLAN ids; 0: no such tag. */
  readonly outerVlan: number;
  readonly innerVlan: number;
  /** Of a name, where somebody looked it up. The fast path knows its number only. */
  readonly name?: string | undefined;
}

/**
 * A detector's period in which a subscriber is, or was, in breach. Subscriber, detector and `periodStartedMs` together name one
 * breach within a boot: they are the same in its events and in its record.
 */
export interface BreachFacts {
  readonly subscriber: SubscriberAddress;
  /** The id that the policy gave the detector. */
  readonly detector: number;
  readonly periodStartedMs: number;
  /** The breach lasts until `periodStartedMs + periodMs + holdMs`. */
  readonly periodMs: number;
  readonly holdMs: number;
  /** Signals counted in the period. */
  readonly counted: number;
  /** Attempts refused in the period. */
  readonly refused: number;
  /** Where the counted sessions went: the latest, 16 at most, in no order. */
  readonly destinations: readonly Destination[];
}

/** The other end of sessions that were counted. */
export interface Destination {
  readonly address: string;
  /** Of the service. */
  readonly port: number;
  /** Sessions that were counted; 65,535 is so many or more. */
  readonly sessions: number;
  /** The last of them. */
  readonly seenMs: number;
}

/** A detector's period that goes on for a subscriber. Sliding: `periodStartedMs` is of the first signal since it was empty. */
export interface WindowRecord extends Omit<BreachFacts, "subscriber" | "destinations"> {
  /** Its breach was declared. */
  readonly inBreach: boolean;
}

/** A subscriber's record. */
export interface SubscriberRecord {
  readonly subscriber: SubscriberAddress;
  /** The template that an anonymous one was born with; null: he has a name. */
  readonly template: number | null;
  /** The package that goes with a name; null: he is anonymous. */
  readonly package: number | null;
  /** Of a name that was asked for by address or range: the mapping that has it. */
  readonly via: MappedAddress | null;
  readonly createdMs: number;
  /** His last session's opening or end; a name's within a second. */
  readonly lastSeenMs: number;
  /** Counted TCP sessions that are open and were answered. */
  readonly openSessions: number;
  readonly windows: readonly WindowRecord[];
}

/** A prefix that is a name's. */
export interface MappedAddress {
  readonly address: string;
  readonly prefixLength: number;
  /** VLAN ids, 0: no such tag; null: in whatever tags. */
  readonly tags: { readonly outerVlan: number; readonly innerVlan: number } | null;
}

/** What a subscriber used of a service in a minute (struct usage_minute). */
export interface UsageRecord {
  readonly subscriber: SubscriberAddress;
  /** The id that the policy gave the service. */
  readonly service: number;
  /** Opened, and passed. */
  readonly sessions: number;
  /** Attempts. */
  readonly refused: number;
  /** Of frames, both ways. */
  readonly bytes: number;
  /** A bitmap of 128 bits: mgmt/usage/usage.ts says what it counts. */
  readonly destinations: Uint8Array;
}

/** A hint that something happened; (region, ring, sequence) is unique. */
export interface EngineEvent extends BreachFacts {
  readonly kind: "breach-started" | "breach-ended";
  readonly timeMs: number;
  /** Of the policy it was judged by. */
  readonly generation: number;
  /** Why it ended; null: it started. "policy": the threshold was raised, or the detector is gone. */
  readonly reason: "over" | "released" | "policy" | null;
  readonly ring: number;
  /** From 1 in each ring. */
  readonly sequence: number;
}

export type PacketKind = "other" | "malformed" | "ip" | "evasive" | "fragment" | "tcp" | "udp";

export type SessionState =
  | "syn"
  | "answered"
  | "established"
  | "half-closed"
  | "closed"
  | "joined"
  | "refused"
  | "exchange";

/**
 * What became of a packet. One that the other port did not take (drop reason transmit) counts as forwarded here. Injected: it is a
 * reset of ours.
 */
export type SampleVerdict = "forwarded" | DropReason | "injected";

/** A packet that was copied when its verdict was there. */
export interface Sample {
  readonly ring: number;
  /** From 1 in each ring. */
  readonly sequence: number;
  /** CLOCK_BOOTTIME in microseconds. */
  readonly timeUs: number;
  readonly link: number;
  /** Where it came in, or seems to, if it is a reset of ours. */
  readonly side: Side;
  readonly kind: PacketKind;
  readonly verdict: SampleVerdict;
  /** Its session's state after it; null: it has no session, or was not judged. */
  readonly session: SessionState | null;
  /** Its session's services: indexes into the configuration's. */
  readonly services: readonly number[];
  /** Whose it is: one address; null: nobody's. */
  readonly subscriber: SubscriberAddress | null;
  /** Of the policy that it was judged under; null: it was not judged. */
  readonly generation: number | null;
  /** Of the whole frame, in bytes. */
  readonly length: number;
  /** Its first bytes. */
  readonly bytes: Uint8Array;
}

/** A breach that goes on, read from the subscriber's record. */
export interface BreachRecord extends BreachFacts {
  readonly watch: { readonly slot: number; readonly generation: number };
}
