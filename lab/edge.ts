// The two emulated ports, and the addresses behind each. The ports are persistent taps made inside their namespaces:
// a fast path attaches to them by name, and they keep addresses and routes when it dies. On request they are veths, of
// which the fast path gets the other end.
import type { Namespace } from "./namespace.ts";
import { dns, exchangers, type Host, homes, mail, prefixes, web, zombie } from "./plan.ts";
import type { Site } from "./site.ts";

/** One end of the appliance's link: the interface that stands for everything behind that port. */
export interface Port {
  readonly namespace: Namespace;
  readonly device: string;
  /** Source of every Ethernet frame that comes from this side. */
  readonly mac: string;
  /** Where a veth's other end is, which has the same name; none: the port is a tap. */
  readonly farEnd?: Namespace | undefined;
}

export interface Edge {
  readonly subscriberSide: Port;
  readonly networkSide: Port;
}

/**
 * A port that no fast path is attached to has no carrier: the kernel forgets all neighbours, and a question for them is
 * lost. With the kernel's second between two questions, traffic would stand still that long.
 */
function neighbourSettings(device: string): string[] {
  return ["ipv4", "ipv6"].flatMap((family) => {
    const prefix = `net.${family}.neigh.${device}`;
    return [`${prefix}.retrans_time_ms=20`, `${prefix}.mcast_solicit=100`, `${prefix}.ucast_solicit=100`];
  });
}

/** Frames that wait for the fast path: enough for one that other work keeps from its processor for some time. */
const tapQueue = 5000;

/** The fast path attaches one queue a worker. */
async function makeTap({ namespace, device }: Port): Promise<void> {
  await namespace.ip([
    `tuntap add dev ${device} mode tap multi_queue`,
    `link set dev ${device} txqueuelen ${tapQueue}`,
  ]);
}

async function makeVeth({ namespace, device }: Port, farEnd: Namespace): Promise<void> {
  await namespace.ip([`link add dev ${device} type veth peer name ${device} netns ${farEnd.name}`]);
  // The far end is a port: nothing of its own kernel may come out of it.
  await farEnd.run(["sysctl", "-qw", `net.ipv6.conf.${device}.disable_ipv6=1`]);
  await farEnd.ip([`link set dev ${device} up`]);
  await setOffloads({ namespace, device }, "off");
}

/** Whether the hosts behind a veth leave checksums and the cutting up of segments to whoever gets their frames. */
export async function setOffloads({ namespace, device }: Pick<Port, "namespace" | "device">, to: "on" | "off") {
  await namespace.run(["ethtool", "-K", device, "tx", to, "tso", to, "gso", to]);
}

/** Makes a port with the addresses of the hosts behind it. */
export async function makePort(port: Port, hosts: readonly Host[]): Promise<void> {
  const { namespace, device, mac, farEnd } = port;
  await (farEnd ? makeVeth(port, farEnd) : makeTap(port));
  await namespace.ip([
    `link set dev ${device} address ${mac}`,
    ...hosts.flatMap(({ ipv4, ipv6 }) => [
      `addr add ${ipv4}/32 dev ${device}`,
      `addr add ${ipv6}/128 dev ${device} nodad`,
    ]),
    `link set dev ${device} up`,
  ]);
  await namespace.run(["sysctl", "-qw", ...neighbourSettings(device)]);
}

const route = (prefix: string, { device }: Port, source?: string) =>
  `route add ${prefix} dev ${device}${source ? ` src ${source}` : ""}`;

async function makeSubscriberSide(port: Port): Promise<void> {
  await makePort(port, [...homes, zombie]);
  await port.namespace.ip([
    route(prefixes.provider.ipv4, port),
    route(prefixes.provider.ipv6, port),
    route(prefixes.elsewhere.ipv4, port, zombie.ipv4),
    route(prefixes.elsewhere.ipv6, port, zombie.ipv6),
  ]);
}

/** The network side's port as the plan has it; also after it was taken away. */
export async function makeNetworkSide(port: Port): Promise<void> {
  await makePort(port, [mail, dns, web, ...exchangers]);
  await port.namespace.ip([route(prefixes.subscribers.ipv4, port), route(prefixes.subscribers.ipv6, port)]);
}

export type PortKind = "tap" | "packet";

export interface PortKinds {
  readonly subscriber: PortKind;
  readonly network: PortKind;
}

/** Makes both ports, with addresses and routes, up; taps are without carrier until a fast path attaches. */
export async function makeEdge(site: Site, kinds: PortKinds = { subscriber: "tap", network: "tap" }): Promise<Edge> {
  const farEnd = (kind: PortKind) => (kind === "packet" ? site.box : undefined);
  const subscriberSide: Port = {
    namespace: site.subscribers,
    device: "sub0",
    mac: "02:00:5e:30:00:01",
    farEnd: farEnd(kinds.subscriber),
  };
  const networkSide: Port = {
    namespace: site.network,
    device: "net0",
    mac: "02:00:5e:30:00:02",
    farEnd: farEnd(kinds.network),
  };
  await Promise.all([makeSubscriberSide(subscriberSide), makeNetworkSide(networkSide)]);
  return { subscriberSide, networkSide };
}

/** The link in the form of the fast path's --link option. */
export function linkArgument({ subscriberSide, networkSide }: Edge): string {
  const text = ({ namespace, device, farEnd }: Port) =>
    farEnd ? `packet:${farEnd.name}/${device}` : `tap:${namespace.name}/${device}`;
  return [subscriberSide, networkSide].map(text).join(",");
}
