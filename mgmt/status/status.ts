// How the appliance is: one answer for every way out. Times are Unix milliseconds, numbers are raw.

import type { Breach } from "../breaches/breach.ts";
import type { LinkMode } from "../config/sections/links.ts";
import type { Pending } from "../config/service.ts";
import type { EnginePort, EngineStatus } from "../engine/engine_port.ts";
import type {
  Adoption,
  Bypass,
  EngineCounters,
  ObeyedLinkMode,
  PortCounters,
  PortLive,
  Side,
} from "../engine/region_data.ts";
import { type Clock, unixTime } from "../time.ts";
import type { WorkerLoad } from "./worker_loads.ts";

export interface Status {
  readonly daemon: DaemonStatus;
  readonly configuration: ConfigurationStatus;
  /** Sentences about what is wrong now. */
  readonly alarms: readonly string[];
  /** What its region says; null while there is none. */
  readonly fastPath: FastPathStatus | null;
  /** How many breaches go on, and the latest of them. */
  readonly open: number;
  readonly breaches: readonly Breach[];
}

const BREACHES_SHOWN = 20;

export interface ConfigurationStatus {
  /** The startup file. */
  readonly file: string;
  readonly hostname: string;
  /** Of the configuration in force; 0: there is none. */
  readonly revision: number;
  readonly committedAt: number | null;
  /** The revision that waits for a fast path. */
  readonly waiting: number | null;
  /** The commit that waits to be confirmed. */
  readonly pending: Pending | null;
}

export interface DaemonStatus {
  readonly pid: number;
  readonly startedAt: number;
  /** Events overwritten before it read them, since it started. */
  readonly eventsLost: number;
}

export interface FastPathStatus {
  /** False: the process is dead or hung, and the rest is its last word. */
  readonly alive: boolean;
  readonly pid: number;
  readonly startedAt: number;
  /** Processes that served this region, this one included. */
  readonly starts: number;
  readonly adoption: Adoption;
  readonly bypass: Bypass;
  readonly policyRevision: number;
  readonly policyGeneration: number;
  readonly policyAppliedAt: number | null;
  /** null: no packets are sampled. */
  readonly sampling: SamplingStatus | null;
  readonly workers: readonly WorkerStatus[];
  readonly links: readonly LinkStatus[];
  readonly tables: Readonly<Record<TableName, TableUse>>;
  readonly packetBuffers: TableUse;
  readonly counters: EngineCounters;
}

export interface SamplingStatus {
  /** It ends by itself then, unless it is asked for again. */
  readonly until: number;
  /** Packets that matched and were too many in a second, since the process started. */
  readonly suppressed: number;
}

export interface WorkerStatus {
  /** Packets given to the worker that owns them. */
  readonly handedOver: number;
  /** null: nothing can be said yet, or the worker stands still. */
  readonly load: WorkerLoad | null;
}

export interface LinkStatus extends Readonly<Record<Side, PortStatus>> {
  /** As obeyed. */
  readonly mode: ObeyedLinkMode;
  /** null: no configuration is in force. */
  readonly configuredMode: LinkMode | null;
}

/** Of packets that came in by this port. */
export type PortStatus = PortLive & PortCounters;

export const TABLES = ["sessions", "subscribers", "watches"] as const;
export type TableName = (typeof TABLES)[number];

export interface TableUse {
  readonly used: number;
  readonly capacity: number;
}

export interface StatusParts {
  readonly daemon: DaemonStatus;
  readonly engine: EnginePort;
  readonly configuration: Omit<ConfigurationStatus, "waiting">;
  /** Sentences about what is wrong with it. */
  readonly configurationAlarms: readonly string[];
  readonly policy: { linkModes(): readonly LinkMode[]; readonly waiting: number | null; alarms(): string[] };
  readonly watch: { readonly alive: boolean; alarms(): string[]; loads(): readonly (WorkerLoad | null)[] };
  readonly recorder: { open(): readonly Breach[]; readonly alarm: string | undefined };
  readonly collector: { readonly alarm: string | undefined };
  readonly names: { alarms(): string[] };
  readonly radiusAccounting: { alarms(): string[] };
  readonly ssh: { alarms(): string[] };
  readonly clock: Clock;
}

export function statusOf(parts: StatusParts): Status {
  const { daemon, engine, configuration, configurationAlarms, policy, watch, recorder, collector, names, ssh } = parts;
  const said = engine.status();
  const open = recorder.open();
  return {
    daemon,
    configuration: { ...configuration, waiting: policy.waiting },
    alarms: [
      ...[...watch.alarms(), ...bypassAlarm(said), ...policy.alarms(), ...configurationAlarms],
      ...[recorder.alarm, collector.alarm].filter((alarm) => alarm !== undefined),
      ...[...names.alarms(), ...parts.radiusAccounting.alarms(), ...ssh.alarms()],
    ],
    fastPath: said ? fastPathOf(said, parts) : null,
    open: open.length,
    breaches: open.slice(-BREACHES_SHOWN).toReversed(),
  };
}

const bypassAlarms: Readonly<Record<Bypass, string | undefined>> = {
  none: undefined,
  "no-policy": "The fast path judges nothing: it was never given a policy.",
  "policy-damaged": "The fast path judges nothing: the policy that it kept is damaged.",
  "no-memory": "The fast path judges nothing: it found no memory for its tables.",
  crashes: "The fast path judges nothing: it crashed again and again. Start it again by hand.",
  unknown: "The fast path judges nothing, for a reason that this daemon has no word for.",
};

function bypassAlarm(said: EngineStatus | undefined): string[] {
  const alarm = said && bypassAlarms[said.live.bypass];
  return alarm ? [alarm] : [];
}

function fastPathOf({ header, live, counters }: EngineStatus, { policy, watch, clock }: StatusParts): FastPathStatus {
  const modes = policy.linkModes();
  const { sessions, subscribers, names, mappings, watches } = counters.engine;
  const used = { sessions, subscribers: subscribers + names + mappings, watches };
  const use = (table: TableName): TableUse => ({ used: used[table], capacity: header.engine[table] });
  const loads = watch.loads();
  const suppressed = counters.workers.reduce((sum, { samplesSuppressed }) => sum + samplesSuppressed, 0);
  return {
    alive: watch.alive,
    pid: header.pid,
    startedAt: unixTime(clock, header.startedMs),
    starts: header.starts,
    adoption: header.adoption,
    bypass: live.bypass,
    policyRevision: live.policyRevision,
    policyGeneration: live.policyGeneration,
    policyAppliedAt: live.policyAppliedMs === 0 ? null : unixTime(clock, live.policyAppliedMs),
    sampling: live.samplingUntilMs === 0 ? null : { until: unixTime(clock, live.samplingUntilMs), suppressed },
    workers: counters.workers.map(({ handedOver }, worker) => ({ handedOver, load: loads[worker] ?? null })),
    links: counters.links.map((ports, link) => ({
      mode: live.linkModes[link] ?? "unknown",
      configuredMode: modes[link] ?? null,
      subscriber: { ...portLive(live.links[link]?.subscriber), ...ports.subscriber },
      network: { ...portLive(live.links[link]?.network), ...ports.network },
    })),
    tables: { sessions: use("sessions"), subscribers: use("subscribers"), watches: use("watches") },
    packetBuffers: { used: live.mbufs - live.mbufsFree, capacity: live.mbufs },
    counters: counters.engine,
  };
}

/** Whether sessions of those who are blocked are refused: a link that does not forward refuses nobody. */
export function refuses({ links }: Pick<FastPathStatus, "links">): boolean {
  return links.some(({ mode }) => mode === "forwarding");
}

/** Whether nothing passes at all. */
export function isCutOff({ links }: Pick<FastPathStatus, "links">): boolean {
  return links.every(({ mode }) => mode === "cutoff");
}

function portLive(port: PortLive | undefined): PortLive {
  return port ?? { up: false, missed: 0, starved: 0 };
}
