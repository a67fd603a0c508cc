// The witness of openings at one port, told as they happen: tcpdump's own words about every SYN without ACK over IPv4.
import { readFile } from "node:fs/promises";
import type { Port } from "../../lab/edge.ts";
import { type Part, until } from "../../lab/process.ts";

/** An opening is known by who sent it from which port: a test uses no pair twice. */
export interface Caller {
  readonly source: string;
  readonly sourcePort: number;
}

/** `1763774400.123456 IP 10.30.94.100.1025 > 198.51.100.99.25: Flags [S], ...` */
const told = /^(\d+\.\d+) IP ([\d.]+)\.(\d+) > /;

const keyOf = ({ source, sourcePort }: Caller) => `${source} ${sourcePort}`;

export class OpeningsSeen {
  readonly #seen = new Map<string, number>();
  #part: Part | undefined;
  #log = "";

  /** Returns when every further opening will be seen. */
  async start({ namespace, device }: Port, directory: string): Promise<void> {
    const log = `${directory}/openings-${device}.log`;
    const filter = "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn";
    // Headers alone, and 16 MiB for them, so that none is lost while this machine is busy.
    const options = ["-l", "-n", "-tt", "--immediate-mode", "-s", "128", "-B", "16384", "-Z", "root"];
    const command = ["tcpdump", ...options, "-i", device, filter];
    const part = await namespace.start(`openings seen on ${device}`, command, {
      log,
      onLine: (line) => this.#take(line),
    });
    await until("it listens", async () => (await readFile(log, "utf8")).includes("listening on"), { part });
    this.#part = part;
    this.#log = log;
  }

  /** Rejects if it missed one. */
  async stop(): Promise<void> {
    await this.#part?.stop("SIGINT");
    const [, dropped] = /(\d+) packets dropped by kernel/.exec(await readFile(this.#log, "utf8")) ?? [];
    if (dropped !== "0") throw new Error(`the witness of openings missed ${dropped} frames`);
  }

  /** When it was seen first, in milliseconds since 1970; undefined: not yet. */
  seenAt(caller: Caller): number | undefined {
    return this.#seen.get(keyOf(caller));
  }

  #take(line: string): void {
    const [, seconds, source = "", port] = told.exec(line) ?? [];
    const key = keyOf({ source, sourcePort: Number(port) });
    if (!this.#seen.has(key)) this.#seen.set(key, Number(seconds) * 1000);
  }
}
