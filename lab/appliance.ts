// The appliance in the lab: starts, finds ready and stops the fast path (its supervisor, which keeps it running) and the
// daemon, as their users would.
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ask } from "../mgmt/local/client.ts";
import { RESTART_STATUS } from "../mgmt/operations/restart.ts";
import { daemonSocket } from "../mgmt/paths.ts";
import { daemonAccount } from "../mgmt/privileges.ts";
import type { Status } from "../mgmt/status/status.ts";
import { dateAndTime } from "../mgmt/words.ts";
import type { Namespace } from "./namespace.ts";
import { type Part, until } from "./process.ts";

const run = promisify(execFile);

const root = join(import.meta.dirname, "..");

export interface ApplianceOptions {
  /** The text of the configuration file. */
  readonly configuration: string;
  readonly workers: number;
  /** False runs the fast path on ordinary pages. */
  readonly hugePages: boolean;
  /** Sizes of the fast path's tables. */
  readonly sessions: number;
  readonly subscribers: number;
  readonly watches: number;
  readonly detectors: number;
  /** The fast path's command, with what stands before its usual options. */
  readonly fastPath: readonly string[];
  /** The daemon's, in place of the product's. */
  readonly daemon?: readonly string[];
  /** In place of one in the appliance's directory. */
  readonly stateDirectory?: string;
}

/** The fast path as it is built for use. */
export const fastPathProgram = join(root, "build/fastpath/postern-fastpath");

/** The daemon's command line, without options. */
export const daemonProgram: readonly string[] = [process.execPath, join(root, "mgmt/main.ts")];

/** The size of a lab: a small town for a table, a small appetite for memory. */
export const labSize = { workers: 1, sessions: 65_536, subscribers: 4_096, watches: 1_024, detectors: 8 } as const;

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const settle = (answered: boolean) => {
      connection.destroy();
      resolve(answered);
    };
    connection.on("connect", () => settle(true)).on("error", () => settle(false));
  });
}

export class Appliance {
  readonly runDirectory: string;
  readonly stateDirectory: string;
  readonly configurationFile: string;
  readonly #box: Namespace;
  readonly #directory: string;
  readonly #link: string;
  readonly #options: ApplianceOptions;
  readonly #onLine: (line: string) => void;
  #supervisor: Part | undefined;
  #daemon: Part | undefined;
  #password: string | undefined;

  /**
   * @param box the namespace it runs in.
   * @param directory where its directories and logs are put.
   * @param link the fast path's --link argument.
   * @param onLine called with each line that the daemon or the fast path says, as it says it.
   */
  constructor(
    box: Namespace,
    directory: string,
    link: string,
    options: ApplianceOptions,
    onLine: (line: string) => void,
  ) {
    this.#box = box;
    this.#directory = directory;
    this.#link = link;
    this.#options = options;
    this.#onLine = (line) => {
      this.#password ??= /Password : (\S+)/.exec(line)?.[1];
      onLine(line);
    };
    this.runDirectory = join(directory, "run");
    this.stateDirectory = options.stateDirectory ?? join(directory, "state");
    this.configurationFile = join(directory, "etc/startup-config");
  }

  get supervisor(): Part {
    if (!this.#supervisor) throw new Error("the fast path is not started");
    return this.#supervisor;
  }

  get daemon(): Part {
    if (!this.#daemon) throw new Error("the daemon is not started");
    return this.#daemon;
  }

  /** Of user admin, whom the daemon made at its first start. */
  get password(): string {
    if (this.#password === undefined) throw new Error("the daemon has made no administrator");
    return this.#password;
  }

  async start(): Promise<void> {
    await this.writeConfiguration(this.#options.configuration);
    await this.startFastPath();
    await this.startDaemon();
    await until("its first administrator is made", async () => this.#password !== undefined, { part: this.daemon });
  }

  /** Returns when its control thread answers: packets pass, unjudged until it has a policy. */
  async startFastPath(): Promise<void> {
    const { fastPath, workers, sessions, subscribers, watches, detectors, hugePages } = this.#options;
    const sizes = Object.entries({ workers, sessions, subscribers, watches, detectors });
    const command = [
      ...fastPath,
      ...["--run-dir", this.runDirectory, "--link", this.#link, "--idle", "sleep"],
      ...sizes.flatMap(([name, value]) => [`--${name}`, String(value)]),
      ...(hugePages ? [] : ["--no-huge"]),
    ];
    this.#supervisor = await this.#box.start("fast path", command, {
      log: this.#log("fastpath"),
      // Its sentences have no time of their own, the daemon's have.
      onComplaint: (line) => this.#onLine(`${dateAndTime(Date.now())}  ${line}`),
    });
    const socket = join(this.runDirectory, "fastpath/control.sock");
    await until("the fast path answers", () => answers(socket), { part: this.#supervisor });
  }

  /** Returns when the fast path judges by the configuration. A daemon that was told to reload is started again. */
  async startDaemon(): Promise<void> {
    const command = [
      ...(this.#options.daemon ?? daemonProgram),
      ...["--run-dir", this.runDirectory, "--state-dir", this.stateDirectory, "--config", this.configurationFile],
    ];
    this.#daemon = await this.#box.start("daemon", command, { log: this.#log("daemon"), onLine: this.#onLine });
    const daemon = this.#daemon;
    void daemon.ended.then((status) => (status === RESTART_STATUS ? this.startDaemon() : undefined));
    await until("its policy is in force", () => this.#judges(), { part: daemon });
  }

  /** Settles when a part has ended that is not started again: with that part. */
  async failed(): Promise<Part> {
    for (;;) {
      const { daemon } = this;
      const part = await Promise.race([this.supervisor, daemon].map((each) => each.ended.then(() => each)));
      if (part !== daemon || (await part.ended) !== RESTART_STATUS) return part;
      await until("the daemon is started again", async () => this.daemon !== part);
    }
  }

  /** What the daemon says of itself and of the fast path. */
  status(): Promise<Status> {
    return ask(daemonSocket(this.runDirectory), { ask: "status" });
  }

  /** Writes another configuration file; the daemon reads it when it is told to. */
  async writeConfiguration(text: string): Promise<void> {
    await mkdir(dirname(this.configurationFile), { recursive: true });
    // The daemon saves there, and has left root behind.
    await run("chown", [`${daemonAccount.user}:${daemonAccount.group}`, dirname(this.configurationFile)]);
    await writeFile(this.configurationFile, text);
  }

  async stop(): Promise<void> {
    await this.#daemon?.stop();
    await this.#supervisor?.stop();
  }

  #log(name: string): string {
    return join(this.#directory, `${name}.log`);
  }

  async #judges(): Promise<boolean> {
    const status = await this.status().catch(() => undefined);
    return status?.fastPath?.bypass === "none";
  }
}
