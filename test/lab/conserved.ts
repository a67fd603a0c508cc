// The books of the link: what the appliance counted for each port against what the kernel counted at the interfaces.
import { isDeepStrictEqual } from "node:util";
import type { ExecutionContext } from "ava";
import type { Port } from "../../lab/edge.ts";
import type { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/process.ts";
import type { LinkStatus } from "../../mgmt/status/status.ts";

/** Packets and bytes of one direction. */
interface Volume {
  readonly packets: number;
  readonly bytes: number;
}

/** What the kernel counted at one end of the link. */
interface InterfaceCounters {
  /** By the hosts behind the port, into the appliance. */
  readonly sent: Volume;
  /** By the appliance, out of this port. */
  readonly received: Volume;
}

/** One look at the books. */
export interface Books {
  readonly link: LinkStatus;
  readonly subscriberSide: InterfaceCounters;
  readonly networkSide: InterfaceCounters;
}

async function interfaceCounters({ namespace, device }: Port): Promise<InterfaceCounters> {
  const text = await namespace.run(["ip", "-s", "-j", "link", "show", "dev", device]);
  const [{ stats64 }] = JSON.parse(text) as [{ stats64: Record<"rx" | "tx", Volume> }];
  const volume = ({ packets, bytes }: Volume): Volume => ({ packets, bytes });
  return { sent: volume(stats64.tx), received: volume(stats64.rx) };
}

/** What `postern status` says of the lab's link. */
export async function linkStatus({ appliance }: Lab): Promise<LinkStatus> {
  const { fastPath } = await appliance.status();
  const [link] = fastPath?.links ?? [];
  if (!link) throw new Error("the appliance has no figures of its link");
  return link;
}

async function booksOf(lab: Lab): Promise<Books> {
  const { subscriberSide, networkSide } = lab.edge;
  return {
    link: await linkStatus(lab),
    subscriberSide: await interfaceCounters(subscriberSide),
    networkSide: await interfaceCounters(networkSide),
  };
}

/** What there is to see when nothing is in flight: two looks in a row see the same. */
export async function settled<Seen>(look: () => Promise<Seen>): Promise<Seen> {
  let seen = await look();
  await until("nothing is in flight", async () => {
    const before = seen;
    seen = await look();
    return isDeepStrictEqual(before, seen);
  });
  return seen;
}

export function settledBooks(lab: Lab): Promise<Books> {
  return settled(() => booksOf(lab));
}

/**
 * Of each port: received is forwarded and dropped, to the packet, and the kernels at both ends counted the same, what the appliance
 * injected included.
 */
export async function assertConserved(t: ExecutionContext, lab: Lab): Promise<void> {
  const { link, subscriberSide, networkSide } = await settledBooks(lab);
  const directions = [
    { port: "subscriber", other: "network", from: subscriberSide, to: networkSide },
    { port: "network", other: "subscriber", from: networkSide, to: subscriberSide },
  ] as const;
  for (const { port, other, from, to } of directions) {
    const { receivedPackets, receivedBytes, forwardedPackets, forwardedBytes, dropped, missed } = link[port];
    const drops = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    const books = `${port} side, dropped ${JSON.stringify(dropped)}`;
    t.is(receivedPackets, forwardedPackets + drops, `${books}: received is not forwarded + dropped`);
    t.is(receivedPackets + missed, from.sent.packets, `${books}: received and missed is not what the kernel sent`);
    // How long a missed frame was is not known to the one who missed it.
    if (missed === 0) t.is(receivedBytes, from.sent.bytes, `${books}: bytes received`);
    const { injectedPackets, injectedBytes } = link[other];
    t.is(forwardedPackets + injectedPackets, to.received.packets, `${books}: sent is not what the kernel received`);
    t.is(forwardedBytes + injectedBytes, to.received.bytes, `${books}: bytes sent`);
  }
}
