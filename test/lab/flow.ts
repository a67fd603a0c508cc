// A numbered flow through the appliance, between a subscriber and the web server, and what became of it.
import ipaddr from "ipaddr.js";
import type { Capture, Frame } from "../../lab/capture.ts";
import type { Port } from "../../lab/edge.ts";
import type { Lab } from "../../lab/lab.ts";
import { type NumberedReport, NumberedSender, numberedArrivals, numberedReport } from "../../lab/numbered.ts";
import { type Family, type Host, web } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";

export interface FlowOptions {
  readonly direction: "upstream" | "downstream";
  readonly subscriber: Host;
  readonly family: Family;
  readonly packetsPerSecond: number;
}

/** The source and target address as they stand in the packet's header. */
const addressBytes = (...addresses: string[]) =>
  Buffer.from(addresses.flatMap((address) => ipaddr.parse(address).toByteArray()));

export class Flow {
  /** What was sent, for a person. */
  readonly name: string;
  /** Where it goes in. */
  readonly from: Port;
  /** The witnesses where it goes in and where it comes out. */
  readonly departure: Capture;
  readonly arrival: Capture;
  readonly #since: number;
  readonly #addresses: Buffer;
  readonly #sender: NumberedSender;

  private constructor({ near, far, edge, watchedSince }: Lab, upstream: boolean, route: Route, sender: NumberedSender) {
    this.name = `${route.source} to ${route.target}`;
    this.from = upstream ? edge.subscriberSide : edge.networkSide;
    [this.departure, this.arrival] = upstream ? [near, far] : [far, near];
    this.#since = watchedSince;
    this.#addresses = addressBytes(route.source, route.target);
    this.#sender = sender;
  }

  static async start(lab: Lab, { direction, subscriber, family, packetsPerSecond }: FlowOptions): Promise<Flow> {
    const upstream = direction === "upstream";
    const { subscriberSide, networkSide } = lab.edge;
    const [from, to] = upstream ? [subscriberSide, networkSide] : [networkSide, subscriberSide];
    const [source, target] = upstream ? [subscriber[family], web[family]] : [web[family], subscriber[family]];
    // A kernel that had to look for its neighbour would hold packets back, drop and reorder them.
    await from.namespace.ip([`neigh replace ${target} lladdr ${to.mac} dev ${from.device}`]);
    const log = `${lab.site.directory}/numbered.log`;
    const sender = await NumberedSender.start(from.namespace, { source, target }, packetsPerSecond, log);
    return new Flow(lab, upstream, { source, target }, sender);
  }

  /** How many packets have come out so far. */
  async arrived(): Promise<number> {
    return numberedArrivals(await this.#frames(this.arrival)).length;
  }

  /** Ends the flow; returns what became of it when its last packet has come out. */
  async stop(): Promise<NumberedReport> {
    const sent = await this.#sender.stop();
    const report = async () => numberedReport(await this.#frames(this.departure), await this.#frames(this.arrival));
    await until(`the last of ${sent} packets from ${this.name} came out`, async () => {
      const { departed, lost } = await report();
      return departed.length === sent && !lost.includes(sent - 1);
    });
    return report();
  }

  async #frames(witness: Capture): Promise<Frame[]> {
    const frames = await witness.framesFrom(this.from, this.#since);
    return frames.filter(({ bytes }) => bytes.includes(this.#addresses));
  }
}

interface Route {
  readonly source: string;
  readonly target: string;
}
