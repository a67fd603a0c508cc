// The appliance that a million subscribers are told to: a lab's, with its store on a disk, a daemon that says how its event loop
// fares, traffic of its subscribers, and a NAS beside it.
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { chmod, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { finished } from "node:stream/promises";
import { fastPathProgram } from "../../lab/appliance.ts";
import { Lab } from "../../lab/lab.ts";
import { mail } from "../../lab/plan.ts";
import { type Part, until } from "../../lab/process.ts";
import { Attachment } from "../../mgmt/engine/attachment.ts";
import type { EngineCounters } from "../../mgmt/engine/region_data.ts";
import { ask } from "../../mgmt/local/client.ts";
import { consoleSocket, csvDirectory, daemonSocket, namesFile } from "../../mgmt/paths.ts";
import { Console } from "../console.ts";
import { configurationText, radiusPort } from "./configuration.ts";
import { csvLine, ipv4Range, mappingsEach } from "./population.ts";
import type { Told } from "./radius.ts";

const program = (name: string) => join(import.meta.dirname, `${name}.ts`);

/** Records that a fast path needs for so many: names, their mappings, those that logins add, and some room in its index. */
export const recordsFor = (subscribers: number) => Math.ceil(subscribers * (1 + mappingsEach) * 1.05) + 32_768;

const watches = 65_536;

const csvFile = "bench.csv";

/** Of each second, as the crowd sends them. */
export const traffic = { packets: 5000, openings: 250 } as const;

export class Stand {
  readonly lab: Lab;
  readonly #subscribers: number;
  readonly #directory: string;
  #console: Console | undefined;
  #crowd: Part | undefined;

  private constructor(lab: Lab, subscribers: number, directory: string) {
    this.lab = lab;
    this.#subscribers = subscribers;
    this.#directory = directory;
  }

  static async start(subscribers: number, profile: readonly string[]): Promise<Stand> {
    const directory = await mkdtemp(join(tmpdir(), "postern-bench-"));
    // The daemon, which is not root any more, goes through it.
    await chmod(directory, 0o755);
    process.env.POSTERN_BENCH_PROBE = join(directory, "probe.sock");
    const daemon = [process.execPath, ...profile, "--import", program("probe"), program("../../mgmt/main")];
    const stateDirectory = join(directory, "state");
    const size = { subscribers: recordsFor(subscribers), watches, daemon, stateDirectory };
    const lab = await Lab.start({ size }).catch(async (error: unknown) => {
      await rm(directory, { recursive: true, force: true });
      throw error;
    });
    const stand = new Stand(lab, subscribers, directory);
    await stand.#settle();
    return stand;
  }

  async stop(): Promise<void> {
    this.#console?.close();
    await this.lab.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** A line typed at the console, until the next prompt. */
  async type(line: string): Promise<string> {
    const { runDirectory } = this.lab.appliance;
    this.#console ??= await Console.open(consoleSocket(runDirectory));
    return this.#console.type(line);
  }

  /** A file of all subscribers where the daemon looks for such. */
  async writeCsv(): Promise<void> {
    const file = createWriteStream(join(csvDirectory(this.lab.appliance.runDirectory), csvFile), { mode: 0o644 });
    for (let number = 0; number < this.#subscribers; number++) {
      if (!file.write(`${csvLine(number)}\n`)) await once(file, "drain");
    }
    file.end();
    await finished(file);
  }

  async load(): Promise<void> {
    for (const line of ["configure terminal", "interface LineCard 0"]) await this.type(line);
    await this.type(`subscriber import csv-file ${csvFile}`);
    await this.type("end");
  }

  /** Resolves when the fast path has every name and mapping. */
  async whole(timeoutSeconds = 120): Promise<void> {
    await until("the fast path has all names", async () => this.#isWhole(), { timeoutSeconds });
  }

  /** Another fast path, without the records of the one before. Returns when its control thread answers. */
  async newFastPath(): Promise<void> {
    const { appliance } = this.lab;
    await appliance.supervisor.stop();
    await rm(join(appliance.runDirectory, "fastpath/region"));
    await appliance.startFastPath();
  }

  /** Another daemon's process; `forget`: it knows no names. */
  async newDaemon({ forget }: { forget: boolean }): Promise<void> {
    const { appliance } = this.lab;
    this.#console?.close();
    this.#console = undefined;
    await appliance.daemon.stop();
    const file = namesFile(appliance.stateDirectory);
    if (forget) for (const suffix of ["", "-wal", "-shm"]) await rm(`${file}${suffix}`, { force: true });
    await appliance.startDaemon();
  }

  /** How late the daemon's event loop was at worst since this was asked last, in milliseconds. */
  async stall(): Promise<number> {
    return Number(await text(connect(join(this.#directory, "probe.sock"))));
  }

  /** Of the daemon, in MiB. */
  async memory(): Promise<{ readonly now: number; readonly peak: number }> {
    const figures = await processMemory(this.lab.appliance.daemon.pid);
    return { now: figures("VmRSS"), peak: figures("VmHWM") };
  }

  async startTraffic(): Promise<void> {
    const { site, edge } = this.lab;
    const { packets, openings } = traffic;
    const command = [process.execPath, program("crowd"), mail.ipv4, packets, openings, this.#subscribers].map(String);
    await site.subscribers.ip([
      `route replace local ${ipv4Range} dev lo`,
      `neigh replace ${mail.ipv4} lladdr ${edge.networkSide.mac} dev ${edge.subscriberSide.device} nud permanent`,
    ]);
    this.#crowd = await site.subscribers.start("crowd", command, { log: `${site.directory}/crowd.log`, onLine() {} });
  }

  async stopTraffic(): Promise<void> {
    await this.#crowd?.stop();
  }

  /** A NAS's logins and logouts, all of them answered. */
  async radius(requests: number): Promise<Told> {
    const { site } = this.lab;
    const lines: string[] = [];
    const command = [process.execPath, program("nas"), radiusPort, requests, this.#subscribers].map(String);
    const log = `${site.directory}/nas.log`;
    const part = await site.box.start("NAS", command, { log, onLine: (line) => lines.push(line) });
    await part.ended;
    if (lines.length === 0) throw new Error(`the NAS ended: ${await part.lastWords()}`);
    return JSON.parse(lines.join(""));
  }

  counters(): EngineCounters {
    const region = new Attachment(join(this.lab.appliance.runDirectory, "fastpath/region"));
    try {
      return region.counters().engine;
    } finally {
      region.close();
    }
  }

  async #settle(): Promise<void> {
    const { appliance } = this.lab;
    await appliance.writeConfiguration(configurationText());
    const { outcome } = await ask(daemonSocket(appliance.runDirectory), { ask: "load" });
    if (outcome !== "applied") throw new Error(`the configuration was ${outcome}`);
  }

  #isWhole(): boolean {
    const { names, mappings } = this.counters();
    return names === this.#subscribers && mappings >= Math.floor(this.#subscribers * mappingsEach);
  }
}

/** What a fast path for so many records takes: its region, and what its process has for itself, in bytes. */
export async function fastPathMemory({ appliance }: Lab): Promise<number> {
  const { pid } = appliance.supervisor;
  const child = Number.parseInt(await readFile(`/proc/${pid}/task/${pid}/children`, "utf8"), 10);
  const figures = await processMemory(child);
  const { size } = await stat(join(appliance.runDirectory, "fastpath/region"));
  return size + (figures("RssAnon") + figures("HugetlbPages")) * 2 ** 20;
}

export function smallLab(subscribers: number): Promise<Lab> {
  return Lab.start({ size: { subscribers, watches }, fastPath: [fastPathProgram] });
}

/** Reads what the kernel says of a process's memory, in MiB. */
async function processMemory(pid: number): Promise<(name: string) => number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return (name) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
}
