// What people wait for at the daemon, measured from outside: a process of its own, its console and its socket.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseConfiguration } from "../mgmt/config/parse.ts";
import { renderConfiguration } from "../mgmt/config/render.ts";
import { policyBlob } from "../mgmt/engine/policy_blob.ts";
import { missingIds } from "../mgmt/engine/policy_ids.ts";
import { ask } from "../mgmt/local/client.ts";
import { consoleSocket, daemonSocket } from "../mgmt/paths.ts";
import { configurationText } from "./configuration.ts";
import { Console } from "./console.ts";
import { Dialogue } from "./dialogue.ts";
import type { Subject } from "./subject.ts";
import { Visitors } from "./visitors.ts";

const program = join(import.meta.dirname, "daemon.ts");
const regionMake = join(import.meta.dirname, "../build/addon/region-make");
const subscribers = 100_000;

/** The daemon that all rows share. */
class Daemon {
  readonly visitors = new Visitors();
  #visitorLines: string | undefined;
  #directory = "";
  #dialogue: Dialogue | undefined;
  #console: Console | undefined;
  #version = 0;

  async start(): Promise<void> {
    this.#directory = await mkdtemp(join(tmpdir(), "postern-bench-"));
    const run = join(this.#directory, "run");
    for (const folder of ["fastpath", "daemon"]) await mkdir(join(run, folder), { recursive: true });
    await this.#writeConfiguration();
    const policy = join(this.#directory, "policy");
    const configuration = parsed(configurationText(0));
    await writeFile(policy, policyBlob(configuration, missingIds(configuration, new Map()), 1, []));
    await promisify(execFile)(regionMake, [join(run, "fastpath/region"), policy, "1", `${subscribers}`, "1"]);
    this.#dialogue = await Dialogue.start("daemon", [process.execPath, program, this.#directory]);
    await this.#dialogue.hear(/^ready$/);
    this.#console = await Console.open(consoleSocket(run));
  }

  async stop(): Promise<void> {
    this.#console?.close();
    await this.#dialogue?.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** A line typed at the console, until the next prompt. */
  async type(line: string): Promise<void> {
    await this.#console?.type(line);
  }

  /** Makes another text of ten thousand lines the configuration; returns how long that took, in milliseconds. */
  async commit(): Promise<number> {
    await this.#writeConfiguration();
    const socket = daemonSocket(join(this.#directory, "run"));
    return timed(async () => {
      const { outcome } = await ask(socket, { ask: "load" });
      if (outcome !== "applied") throw new Error(`the configuration was ${outcome}`);
    });
  }

  /** The longest stall of its event loop since this was asked last, in milliseconds. */
  stall(): Promise<number> {
    return this.#figure("stall");
  }

  /** What the event loop's thread takes for the work, in milliseconds of processor time. */
  async cpu(work: () => Promise<void>): Promise<number> {
    const before = await this.#figure("cpu");
    await work();
    return (await this.#figure("cpu")) - before;
  }

  async #figure(question: "stall" | "cpu"): Promise<number> {
    this.#dialogue?.say(question);
    const [answer = ""] = (await this.#dialogue?.hear(/^\{.*\}$/)) ?? [];
    return (JSON.parse(answer) as { figure: number }).figure;
  }

  async #writeConfiguration(): Promise<void> {
    this.#visitorLines ??= await this.visitors.lines();
    const text = configurationText(this.#version++).replace(/end\n$/, `${this.#visitorLines}end\n`);
    await writeFile(join(this.#directory, "startup-config"), text);
  }
}

function parsed(text: string) {
  const result = parseConfiguration(text);
  if ("errors" in result) throw new Error(`the bench's configuration is wrong: ${result.errors[0]?.message}`);
  return result.configuration;
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The rows, in the order in which a round measures them. */
export function managementSubjects(): Subject[] {
  const daemon = new Daemon();
  const configuration = parsed(configurationText(0));
  let lines = 0;
  const row = (name: string, measure: () => Promise<number>): Subject => ({
    label: { name },
    start: async () => {},
    measure,
    stop: async () => {},
  });
  return [
    row("parse", () => timed(() => parsed(configurationText(1)))),
    row("render", () => timed(() => renderConfiguration(configuration))),
    { ...row("commit", () => daemon.commit()), start: () => daemon.start(), stop: () => daemon.stop() },
    row("one line", async () => {
      for (const line of ["configure terminal", "zone zone-7"]) await daemon.type(line);
      const figure = await timed(() => daemon.type(`ip 198.51.100.${lines++}/32`));
      await daemon.type("end");
      return figure;
    }),
    row("show subscriber", () => timed(() => daemon.type("show interface LineCard 0 subscriber ip 10.1.0.1"))),
    row("show running-config", () => timed(() => daemon.type("show running-config"))),
    row("longest stall", () => daemon.stall()),
    ...loginSubjects(daemon, row),
  ];
}

/** In the order in which a round measures them: the stall is that of the crowd before it. */
function loginSubjects(daemon: Daemon, row: (name: string, measure: () => Promise<number>) => Subject): Subject[] {
  const { visitors } = daemon;
  return [
    row("login by password", () => timed(() => visitors.byPassword())),
    row("login by key", () => timed(() => visitors.byKey())),
    row("handshake, ed25519", () => daemon.cpu(() => visitors.handshake("ssh-ed25519"))),
    row("handshake, RSA", () => daemon.cpu(() => visitors.handshake("rsa-sha2-512"))),
    row("50 logins at once", async () => {
      await daemon.stall();
      const sources = Array.from({ length: 50 }, (_, index) => `127.0.1.${index + 1}`);
      return timed(() => Promise.all(sources.map((source) => visitors.byKey(source))));
    }),
    row("longest stall then", () => daemon.stall()),
  ];
}
