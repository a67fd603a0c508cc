// The TCP connections that a witness at the subscribers' port saw, so that the end of a soak can end them all. A packet
// process that takes over knows no sessions; a last segment that it sees of a connection that ended in the gap makes it hold
// one for ten minutes.
import { readFile } from "node:fs/promises";
import type { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/process.ts";
import { macBytes, u16 } from "../frames/bytes.ts";
import { etherTypes } from "../frames/ethernet.ts";
import { type Ends, ipPacket, isIpv6, tcpDatagram, tcpFlags } from "../frames/ip.ts";
import { openFrames, type SendFrame } from "../lab/frames.ts";

/** `IP 10.30.94.11.40000 > 192.0.2.80.80: tcp 0`, or IP6. */
const told = /^IP6? ([\da-f.:]+)\.(\d+) > ([\da-f.:]+)\.(\d+): tcp/;

/** A reset answers a segment that was seen. libpcap has no tcp[] for IPv6: the flags are byte 13 behind the fixed header of 40. */
const noResets = "tcp and not tcp[13] & 4 != 0 and not (ip6 and ip6[53] & 4 != 0)";

const ofSubscriber = (address: string) => address.startsWith("10.30.94.") || address.startsWith("2001:db8:30:");

/** The connection of a line, as its subscriber's segments name it. */
function connectionIn(line: string): Ends | undefined {
  const [, from = "", fromPort, to = "", toPort] = told.exec(line) ?? [];
  if (from === "") return undefined;
  const [source, sourcePort, target, targetPort] = ofSubscriber(from)
    ? [from, fromPort, to, toPort]
    : [to, toPort, from, fromPort];
  return { source, sourcePort: Number(sourcePort), target, targetPort: Number(targetPort) };
}

export class Connections {
  readonly #lab: Lab;
  readonly #seen = new Map<string, Ends>();
  #send: SendFrame | undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Returns when every further segment will be seen. */
  async start(): Promise<void> {
    const { edge, site } = this.#lab;
    const { namespace, device } = edge.subscriberSide;
    const log = `${site.directory}/connections.log`;
    const options = ["-l", "-n", "-q", "-t", "-s", "128", "-B", "16384", "-Z", "root", "-i", device];
    const command = ["tcpdump", ...options, noResets];
    const part = await namespace.start("witness of connections", command, {
      log,
      onLine: (line) => this.#take(line),
    });
    await until("it listens", async () => (await readFile(log, "utf8")).includes("listening on"), { part });
  }

  /** Those seen so far are no more known to the fast path. */
  forget(): void {
    this.#seen.clear();
  }

  /**
   * Resets every connection that is remembered, as its subscriber would, and forgets it; to be called again, because a segment that a
   * host repeats late begins anew. Returns how many.
   */
  async endAll(): Promise<number> {
    this.#send ??= await openFrames(this.#lab.edge.subscriberSide);
    const connections = [...this.#seen.values()];
    this.forget();
    // The first one may be what the fast path joins a connection by that has long been forgotten; the second one ends it.
    for (const connection of [...connections, ...connections]) await this.#send(this.#resetFrame(connection));
    return connections.length;
  }

  #resetFrame(connection: Ends): Buffer {
    const { subscriberSide, networkSide } = this.#lab.edge;
    const type = isIpv6(connection.source) ? etherTypes.ipv6 : etherTypes.ipv4;
    const packet = ipPacket(tcpDatagram({ ...connection, sequence: 0, flags: tcpFlags.rst }));
    return Buffer.from([...macBytes(networkSide.mac), ...macBytes(subscriberSide.mac), ...u16(type), ...packet]);
  }

  #take(line: string): void {
    const connection = connectionIn(line);
    if (connection) this.#seen.set(Object.values(connection).join(" "), connection);
  }
}
