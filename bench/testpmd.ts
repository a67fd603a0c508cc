// DPDK's own forwarder, Debian's dpdk-testpmd, swapping addresses between two null ports: what packets cost with no engine
// but with real drivers' calls.
import { setTimeout as delay } from "node:timers/promises";
import { Dialogue } from "./dialogue.ts";
import type { Subject } from "./subject.ts";

const cyclesLine = /CPU cycles\/packet=([\d.]+) /;

export class Testpmd implements Subject {
  readonly label = { name: "testpmd" } as const;
  readonly #roundMs: number;
  readonly #cpu: number;
  readonly #hugePages: boolean;
  #dialogue: Dialogue | undefined;

  /** `cpu`: the core that forwards, not 0. */
  constructor(roundMs: number, cpu: number, hugePages: boolean) {
    this.#roundMs = roundMs;
    this.#cpu = cpu;
    this.#hugePages = hugePages;
  }

  async start(): Promise<void> {
    const memory = this.#hugePages ? ["--in-memory"] : ["--no-huge", "--no-shconf", "-m", "128"];
    const ports = ["--vdev", "net_null0,size=64", "--vdev", "net_null1,size=64"];
    const eal = ["-l", `0,${this.#cpu}`, ...memory, ...ports, "--no-pci", "--no-telemetry", "--iova-mode=va"];
    const own = ["-i", "--forward-mode=macswap", "--record-core-cycles", "--nb-cores=1", "--total-num-mbufs=16384"];
    const prefix = ["--file-prefix", `postern-bench-${process.pid}`];
    // It writes to a pipe in blocks unless it is told otherwise.
    const command = ["stdbuf", "-oL", "dpdk-testpmd", ...eal, ...prefix, "--", ...own];
    this.#dialogue = await Dialogue.start("dpdk-testpmd", command);
    await this.#dialogue.hear(/^Checking link statuses/);
  }

  async measure(): Promise<number> {
    this.#dialogue?.say("start");
    await delay(this.#roundMs);
    this.#dialogue?.say("stop");
    return Number((await this.#dialogue?.hear(cyclesLine))?.[1]);
  }

  async stop(): Promise<void> {
    await this.#dialogue?.stop();
  }
}
