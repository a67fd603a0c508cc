// One who looks at the appliance all through a soak, without its daemon's help, and says a line now and then.
import { setTimeout as delay } from "node:timers/promises";
import type { Appliance } from "../../lab/appliance.ts";
import { Attachment } from "../../mgmt/engine/attachment.ts";
import { regionFile } from "../lab/packet-process.ts";
import { type Figures, figuresOf, type Holding } from "./figures.ts";

const sayMs = 10_000;
const readMs = 500;
/** Of all rings together; a read takes in what they hold. */
const eventsMax = 100_000;

export class Watcher {
  /** Events that were overwritten before they were read here. */
  eventsLost = 0;
  readonly #appliance: Appliance;
  readonly #say: (line: string) => void;
  #region: Attachment | undefined;
  #timers: NodeJS.Timeout[] = [];

  constructor(appliance: Appliance, say: (line: string) => void) {
    this.#appliance = appliance;
    this.#say = say;
  }

  start(): void {
    const region = new Attachment(regionFile(this.#appliance));
    this.#region = region;
    const read = () => {
      this.eventsLost += region.events(eventsMax).lost;
    };
    this.#timers = [setInterval(read, readMs), setInterval(() => void this.#tell(), sayMs)];
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#region?.close();
    this.#region = undefined;
  }

  look(): Promise<Figures> {
    if (!this.#region) throw new Error("nobody looks");
    return figuresOf(this.#appliance, this.#region);
  }

  /** Returns when no table holds anything, or after so many seconds; `help` is called again and again. */
  async untilEmpty(seconds: number, help: () => Promise<unknown>): Promise<void> {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      const { sessions, subscribers, watches } = await this.look();
      if (sessions + subscribers + watches === 0) return;
      await help();
      await delay(2000);
    }
  }

  async #tell(): Promise<void> {
    // One that stops in the midst of a look has no more to say.
    const figures = await this.look().catch(() => undefined);
    if (figures) this.#say(lineOf(figures));
  }
}

function lineOf({ sessions, subscribers, watches, breaches, buffers, dropped, starts, processes }: Figures): string {
  const drops = Object.entries(dropped).filter(([, count]) => count > 0);
  const held = (figure: (holding: Holding) => number) =>
    Object.values(processes)
      .map((holding) => (holding ? figure(holding).toFixed(0) : "-"))
      .join("/");
  return [
    `sessions ${sessions}, subscribers ${subscribers}, watches ${watches}, breaches ${breaches}, buffers ${buffers}`,
    `MiB ${held(({ rss }) => rss)}, files ${held(({ files }) => files)}`,
    `dropped ${drops.map(([reason, count]) => `${reason} ${count}`).join(", ") || "none"}`,
    `start ${starts}`,
  ].join("; ");
}
