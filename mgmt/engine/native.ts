// The addon built from dataplane/addon, as it is. Its arguments are not checked: Attachment (attachment.ts) and Engine
// (../replay/engine.ts) are the faces to use.

import { createRequire } from "node:module";
import { Sentence } from "../sentence.ts";
import type {
  Adoption,
  BreachRecord,
  BySide,
  EngineEvent,
  EngineSize,
  PacketKind,
  PortLive,
  RegionCounters,
  Sample,
  SessionState,
  SubscriberRecord,
  UsageRecord,
} from "./region_data.ts";

export interface Native {
  readonly Attachment: new (path: string) => NativeAttachment;
  readonly Engine: new (
    sessions: number,
    subscribers: number,
    watches: number,
    detectors: number,
    policy: Uint8Array,
  ) => NativeEngine;
  bootTimeMs(): number;
  /** The process that connected to the Unix socket `fd`. Throws an Error. */
  peerOf(fd: number): { pid: number; uid: number; gid: number };
  /** Addresses in the fast path's form (native_prefix.ts). Rejects with an Error when the policy is refused. */
  classify(
    policy: Uint8Array,
    subscriber: Uint8Array,
    network: Uint8Array,
    protocol: number,
    serverPort: number,
    fromNetwork: boolean,
    nowMs: number,
    /** The own address of the name that has the subscriber's; null: none has. */
    name: Uint8Array | null,
    /** That goes with it. */
    packageId: number,
  ): Promise<Classification>;
  /** Of this thread: what is permitted stays so when its user changes next. Throws an Error. */
  keepCapabilities(): void;
  /** Of this thread: from now on it may listen at any port, and has no other capability. Throws an Error. */
  onlyBindService(): void;
  /** Null: nobody has the number. Rejects with an Error when the machine's directory of users does not answer. */
  userName(uid: number): Promise<string | null>;
}

/** What a policy would do with a session. Services are indexes into the configuration's. */
export interface Classification {
  /** Null: the subscriber-side address is no name's and in no anonymous group, so nothing is counted. */
  readonly subscriber: ClassifiedSubscriber | null;
  /** All that the session belongs to. */
  readonly services: readonly number[];
  /** Of those: the ones in which overrides let it pass uncounted, and the ones in which they refuse it. */
  readonly exempt: readonly number[];
  readonly blocked: readonly number[];
  /** Those that do something here, in the order in which they decide. */
  readonly overrides: readonly ClassifiedOverride[];
}

export interface ClassifiedSubscriber {
  /** Index into usableGroups of the configuration; null: he has a name. */
  readonly group: number | null;
  readonly template: number | null;
  /** Its id; an override's, else the name's or the template's. */
  readonly package: number;
  /** The subscriber's prefix, or the name's own address. */
  readonly address: string;
  readonly prefixLength: number;
  /** The session's services whose usage is counted. */
  readonly measured: readonly number[];
  /** Ids of the package's detectors that count the session. */
  readonly detectors: readonly number[];
}

export interface ClassifiedOverride {
  readonly number: number;
  /** The package is this one's. */
  readonly givesPackage: boolean;
  /** The session's services in which it stands. */
  readonly exempt: readonly number[];
  readonly blocked: readonly number[];
}

export interface NativeAttachment {
  header(): NativeHeader;
  live(): NativeLive;
  counters(): RegionCounters;
  resume(ring: number, sequence: number): void;
  events(max: number): { events: EngineEvent[]; lost: number };
  /** `channel`: enum sample_channel (dataplane/core/counters.h). */
  samples(channel: number, max: number): { samples: Sample[]; lost: number };
  breached(): Promise<{ readMs: number; breaches: BreachRecord[]; bad: number }>;
  subscribers(
    containing: Uint8Array | null,
    prefixes: Uint8Array,
    inBreach: boolean,
    from: number,
    max: number,
  ): Promise<NativeSubscribers>;
  usage(minute: number, from: number, max: number): Promise<NativeUsage>;
  /** `metric`: enum usage_metric (dataplane/addon/region_reader.h). */
  tops(minute: number, service: number, metric: number, count: number): Promise<NativeTops>;
  close(): void;
}

interface NativeUsage {
  readonly usage: UsageRecord[];
  /** As of NativeSubscribers. */
  readonly next: number | null;
  readonly bad: number;
}

interface NativeTops {
  readonly top: UsageRecord[];
  readonly active: number;
  readonly total: number;
  readonly bad: number;
}

interface NativeSubscribers {
  readonly readMs: number;
  readonly subscribers: SubscriberRecord[];
  /** Of those found, or of all when none is asked for. */
  readonly count: number;
  /** The slot to go on from; null: there are no more. */
  readonly next: number | null;
  readonly bad: number;
}

interface NativeHeader {
  readonly bootId: string;
  readonly device: bigint;
  readonly inode: bigint;
  readonly bornNs: bigint;
  readonly engine: EngineSize;
  readonly links: number;
  readonly startedMs: number;
  readonly pid: number;
  readonly starts: number;
  readonly adoption: Adoption;
}

interface NativeLive {
  readonly heartbeat: number;
  /** enum region_bypass (dataplane/region/region.h). */
  readonly bypass: number;
  readonly policyGeneration: number;
  readonly policyRevision: number;
  readonly policyAppliedMs: number;
  /** enum link_mode (dataplane/core/policy_blob.h), one a link. */
  readonly linkModes: readonly number[];
  readonly links: readonly BySide<PortLive>[];
  readonly mbufsFree: number;
  readonly mbufs: number;
  readonly tscHz: number;
  readonly samplingUntilMs: number;
}

export interface NativeEngine {
  apply(policy: Uint8Array): void;
  /** How many were refused. Throws an Error when one cannot be. */
  changeSubscribers(epoch: number, changes: Uint8Array): number;
  sweepSubscribers(epoch: number): void;
  packet(bytes: Uint8Array, fromNetwork: boolean, link: number, nowMs: number): PacketAnswer;
  advance(nowMs: number): void;
  events(): Omit<EngineEvent, "ring">[];
  counters(): RegionCounters["engine"];
  open(path: string): void;
  next(): ReplayedPacket | null;
}

/** What the engine says of one packet. */
export interface PacketAnswer {
  readonly kind: PacketKind;
  /** "cutoff": the link's mode, not the engine, keeps it from leaving. */
  readonly verdict: "forward" | "refuse" | "cutoff";
  /** Of the policy it was judged under: each that is applied has the next. */
  readonly generation: number;
  /** The session that the packet opened or changed; null: none. */
  readonly session: SessionChange | null;
}

/** A packet of a capture. */
export interface ReplayedPacket extends PacketAnswer {
  /** Milliseconds since 1970, from the capture. */
  readonly timeMs: number;
  /** null: neither end is in an anonymous group, or the frame has no addresses. */
  readonly side: "subscriber" | "network" | null;
}

/** A session right after the packet that opened or changed it. */
export interface SessionChange {
  /** "opened", "joined" and "refused" begin a session; "state" is a further step of one. */
  readonly change: "opened" | "joined" | "refused" | "state";
  /** "untracked": judged without an entry, because the table was full. */
  readonly state: "untracked" | SessionState;
  /** Indexes into the configuration's services. */
  readonly services: readonly number[];
  readonly subscriber: string;
  readonly subscriberPort: number;
  readonly network: string;
  readonly networkPort: number;
  /** Of IP: 6 or 17. */
  readonly protocol: number;
  /** VLAN ids; 0: no such tag. */
  readonly outerVlan: number;
  readonly innerVlan: number;
  readonly opener: "subscriber" | "network";
}

const file = "../../build/addon/postern.node";

/** Loads the addon; it stays loaded. Throws a Sentence when it was not built, or for another Node. */
export function loadNative(): Native {
  try {
    return createRequire(import.meta.url)(file);
  } catch (cause) {
    throw new Sentence("The native addon cannot be loaded: run `npm run build`.", { cause });
  }
}
