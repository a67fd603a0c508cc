// What a soak looks at: the fast path's pools, rings and tables, and what each process holds of the machine.
import { readdir, readFile } from "node:fs/promises";
import type { Appliance } from "../../lab/appliance.ts";
import type { Attachment } from "../../mgmt/engine/attachment.ts";
import type { PortCounters } from "../../mgmt/engine/region_data.ts";
import { packetProcess } from "../lab/packet-process.ts";

export const processNames = ["supervisor", "packet process", "daemon"] as const;
export type ProcessName = (typeof processNames)[number];

/** What one process holds. */
export interface Holding {
  /** Resident memory, in MiB; huge pages are not in it. */
  readonly rss: number;
  /** Open file descriptors. */
  readonly files: number;
  readonly threads: number;
}

export interface Figures {
  readonly sessions: number;
  readonly subscribers: number;
  readonly watches: number;
  /** Breaches that go on. */
  readonly breaches: number;
  /** Watches that contradict themselves. */
  readonly badRecords: number;
  /** Packet buffers in use. */
  readonly buffers: number;
  /** Packets received that were neither forwarded nor dropped for a reason. */
  readonly unaccounted: number;
  /** Processes that have served the region. */
  readonly starts: number;
  /** Packets by the reason for which they were dropped. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Undefined for one that does not run. */
  readonly processes: Readonly<Record<ProcessName, Holding | undefined>>;
}

export async function figuresOf(appliance: Appliance, region: Attachment): Promise<Figures> {
  const [breached, supervisor, packets, daemon] = await Promise.all([
    region.breached(),
    holdingOf(appliance.supervisor.pid),
    packetProcess(appliance).then(holdingOf),
    holdingOf(appliance.daemon.pid),
  ]);
  const { engine, links } = region.counters();
  const { mbufs, mbufsFree } = region.live();
  const ports = links.flatMap(({ subscriber, network }) => [subscriber, network]);
  return {
    sessions: engine.sessions,
    subscribers: engine.subscribers,
    watches: engine.watches,
    breaches: breached.breaches.length,
    badRecords: breached.bad,
    buffers: mbufs - mbufsFree,
    unaccounted: ports.reduce((sum, port) => sum + unaccountedAt(port), 0),
    starts: region.header().starts,
    dropped: droppedAt(ports),
    processes: { supervisor, "packet process": packets, daemon },
  };
}

function droppedAt(ports: readonly PortCounters[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { dropped } of ports) {
    for (const [reason, count] of Object.entries(dropped)) sums[reason] = (sums[reason] ?? 0) + count;
  }
  return sums;
}

function unaccountedAt({ receivedPackets, forwardedPackets, dropped }: PortCounters): number {
  return receivedPackets - forwardedPackets - Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

async function holdingOf(pid: number | undefined): Promise<Holding | undefined> {
  if (pid === undefined) return undefined;
  try {
    const [status, files] = await Promise.all([readFile(`/proc/${pid}/status`, "utf8"), readdir(`/proc/${pid}/fd`)]);
    const field = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)?.[1]);
    return { rss: field("VmRSS") / 1024, files: files.length, threads: field("Threads") };
  } catch {
    return undefined;
  }
}
