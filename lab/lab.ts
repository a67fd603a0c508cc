// One lab: the site, the two ports and what is behind them, the appliance between, and a witness for each port.
// The one place where these are put together, started and stopped in order; used by main.ts and by the tests.
import type { LinkMode } from "../mgmt/config/sections/links.ts";
import { Appliance, type ApplianceOptions, fastPathProgram, labSize } from "./appliance.ts";
import { Capture } from "./capture.ts";
import { configurationText, type Quota, usualQuota } from "./configuration.ts";
import { type Edge, linkArgument, makeEdge, type PortKinds } from "./edge.ts";
import { withHugePages } from "./hugepages.ts";
import { Peers } from "./peers.ts";
import { homes } from "./plan.ts";
import { until } from "./process.ts";
import { Site } from "./site.ts";
import { type Framing, tagPorts } from "./tagger.ts";
import { Traffic } from "./traffic.ts";

/** For a lab of `labSize`: 64 MiB of packet memory and the engine's tables. */
const hugePagesWanted = 128;

export interface LabOptions {
  readonly framing?: Framing;
  readonly quota?: Quota;
  readonly linkMode?: LinkMode;
  /** People may come in by SSH. Keys of the host are made for it, which takes a second of the processor. */
  readonly ssh?: boolean;
  /** What the ports are; taps unless said otherwise. */
  readonly ports?: PortKinds;
  readonly size?: Partial<Omit<ApplianceOptions, "configuration" | "hugePages" | "fastPath">>;
  /** The fast path's command, in place of the one that is built for use. */
  readonly fastPath?: readonly string[];
  /** Called with each line that the daemon or the fast path says, with its time before it. */
  readonly onLine?: (line: string) => void;
}

export class Lab {
  readonly site: Site;
  readonly edge: Edge;
  readonly peers: Peers;
  readonly traffic: Traffic;
  readonly appliance: Appliance;
  /** True if the fast path runs on huge pages. */
  readonly hugePages: boolean;
  /** The witnesses at the two ports: what is captured on the subscribers' side and on the servers' side. */
  readonly near: Capture;
  readonly far: Capture;
  /** Since when both witnesses see everything, in milliseconds since 1970. */
  watchedSince = Number.POSITIVE_INFINITY;

  private constructor(site: Site, edge: Edge, options: LabOptions, hugePages: boolean) {
    const { framing = "untagged", quota = usualQuota, fastPath = [fastPathProgram] } = options;
    const configuration = `${options.ssh ? "ip ssh\n" : ""}${configurationText(quota, options.linkMode)}`;
    const applianceOptions = { ...labSize, ...options.size, configuration, hugePages, fastPath };
    this.site = site;
    this.edge = edge;
    this.hugePages = hugePages;
    this.near = new Capture(edge.subscriberSide, framing, site.directory);
    this.far = new Capture(edge.networkSide, framing, site.directory);
    this.peers = new Peers(site.network, `${site.directory}/peers`);
    this.traffic = new Traffic(site.subscribers, site.directory);
    const onLine = options.onLine ?? (() => {});
    this.appliance = new Appliance(site.box, site.directory, linkArgument(edge), applianceOptions, onLine);
  }

  /** Builds and starts everything but the witnesses; returns when traffic passes, and leaves nothing behind if a part of it does not start. */
  static async start(options: LabOptions = {}): Promise<Lab> {
    const site = new Site();
    try {
      await site.start();
      const edge = await makeEdge(site, options.ports);
      await tagPorts([edge.subscriberSide, edge.networkSide], options.framing ?? "untagged", site.directory);
      const lab = await withHugePages(hugePagesWanted, site.directory, async (hugePages) => {
        const made = new Lab(site, edge, options, hugePages);
        await made.appliance.start();
        return made;
      });
      await lab.peers.start();
      await until("traffic passes", () => lab.traffic.resolveName(homes[0], "ipv4"));
      return lab;
    } catch (error) {
      await site.stop();
      throw error;
    }
  }

  /** Starts the witnesses; what is on the wire from now on can be counted. */
  async watch(): Promise<void> {
    await Promise.all([this.near.start(), this.far.start()]);
    this.watchedSince = Date.now();
  }

  /** Stops everything and removes all of it. */
  async stop(): Promise<void> {
    await this.appliance.stop();
    await this.site.stop();
  }
}
