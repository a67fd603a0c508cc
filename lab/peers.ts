// The servers behind the network-side port, all of them Debian's: two mail sinks (one a family), a web server, a name
// server. What they logged is what the lab believes.
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import type { Namespace } from "./namespace.ts";
import { type Family, families, type Host, web, webName } from "./plan.ts";
import { type Part, until } from "./process.ts";

/** What the mail sinks logged about one client address. */
export interface MailCount {
  /** TCP sessions accepted. */
  readonly sessions: number;
  /** Mails taken whole. */
  readonly mails: number;
}

function countLines(text: string, line: string): number {
  return text.split("\n").filter((candidate) => candidate === line).length;
}

export class Peers {
  readonly #namespace: Namespace;
  readonly #directory: string;
  readonly #parts: Part[] = [];

  /** @param directory where the peers' logs are put. */
  constructor(namespace: Namespace, directory: string) {
    this.#namespace = namespace;
    this.#directory = directory;
  }

  /** Starts all; returns when each of them listens. */
  async start(): Promise<void> {
    await mkdir(this.#directory);
    // The sinks give up root before they write here.
    await chmod(this.#directory, 0o777);
    await mkdir(this.#path("www"));
    await writeFile(this.#path("www/index.html"), "The web works.\n");
    await Promise.all([...families.map((family) => this.#startSink(family)), this.#startWeb(), this.#startDns()]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.stop()));
  }

  /** Mail from one address, counted in the sink's log (sessions) and in the mails it kept. */
  async mailFrom(address: string): Promise<MailCount> {
    const [family, session, mail] = address.includes(":")
      ? (["ipv6", `AF_INET6 ${address}`, `ipv6:${address}`] as const)
      : (["ipv4", `AF_INET ${address}`, address] as const);
    const [log, mails] = await Promise.all([
      readFile(this.#path(`sink-${family}.log`), "utf8"),
      readFile(this.#path(`mails-${family}.txt`), "utf8").catch(() => ""),
    ]);
    return {
      sessions: countLines(log, `smtp-sink: connect (${session})`),
      mails: countLines(mails, `X-Client-Addr: ${mail}`),
    };
  }

  #path(file: string): string {
    return `${this.#directory}/${file}`;
  }

  async #startPart(name: string, command: string[], log: string, listening: string): Promise<void> {
    const part = await this.#namespace.start(name, command, { log: this.#path(log) });
    this.#parts.push(part);
    const sockets = () => this.#namespace.run(["ss", "-Hltun", ...listening.split(" ")]);
    await until(`the ${name} listens`, async () => (await sockets()).trim() !== "", { part });
  }

  #startSink(family: Family): Promise<void> {
    const [option, host] = family === "ipv6" ? ["-6", "[::]:25"] : ["-4", "0.0.0.0:25"];
    const mails = this.#path(`mails-${family}.txt`);
    // -v logs each accepted session with its client's address; -D keeps each mail taken.
    const command = ["smtp-sink", option, "-v", "-u", "nobody", "-D", mails, host, "1024"];
    return this.#startPart(`${family} mail sink`, command, `sink-${family}.log`, `src ${host}`);
  }

  #startWeb(): Promise<void> {
    const command = [
      "/usr/bin/python3",
      "-u",
      "-m",
      "http.server",
      "--bind",
      "::",
      "--directory",
      this.#path("www"),
      "80",
    ];
    return this.#startPart("web server", command, "web.log", "sport = 80");
  }

  #startDns(): Promise<void> {
    const command = [
      ...["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--no-resolv", "--no-hosts"],
      ...["--user=nobody", "--log-queries", "--log-facility=-", `--host-record=${hostRecord(webName, web)}`],
    ];
    return this.#startPart("name server", command, "dns.log", "sport = 53");
  }
}

const hostRecord = (name: string, { ipv4, ipv6 }: Host) => [name, ipv4, ipv6].join(",");
