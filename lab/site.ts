// The ground a lab stands on: a unique name, three namespaces, a directory, and a janitor process that removes them all.
// The janitor waits for the end of a pipe that only this process writes to, so it works the same after stop(), an
// uncaught error and kill -9. Used by lab.ts.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Namespace } from "./namespace.ts";

const janitor = join(import.meta.dirname, "janitor.sh");
const siteName = /^(postern-(\d+)-\d+)-(subs|net|box)$/;

let sites = 0;

/** In memory: a run directory on a disk can hold up the fast path. */
const directoryOf = (name: string) => join("/dev/shm", name);

function startJanitor(name: string): ChildProcess {
  return spawn(janitor, [name, directoryOf(name)], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
}

function finish(cleaner: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    cleaner.on("exit", () => resolve());
    cleaner.stdin?.end();
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Removes the sites whose owner died together with its janitor. */
async function removeLeftovers(): Promise<void> {
  const namespaces = await readdir("/run/netns").catch(() => []);
  const names = namespaces.flatMap((file) => {
    const [, name, pid] = siteName.exec(file) ?? [];
    return name && !isAlive(Number(pid)) ? [name] : [];
  });
  await Promise.all([...new Set(names)].map((name) => finish(startJanitor(name))));
}

export class Site {
  /** postern-PID-N: PID owns it, N tells apart the sites of one owner. */
  readonly name = `postern-${process.pid}-${++sites}`;
  /** Sockets, logs and captures of this lab. */
  readonly directory = directoryOf(this.name);
  /** Where the subscribers live. */
  readonly subscribers = new Namespace(`${this.name}-subs`);
  /** Where the servers live. */
  readonly network = new Namespace(`${this.name}-net`);
  /** Where the appliance runs: with no way to either but its two ports. */
  readonly box = new Namespace(`${this.name}-box`);
  #janitor: ChildProcess | undefined;

  async start(): Promise<void> {
    await removeLeftovers();
    this.#janitor = startJanitor(this.name);
    await mkdir(this.directory);
    await Promise.all([this.subscribers, this.network, this.box].map((namespace) => namespace.make()));
  }

  /** Ends whatever still runs in the namespaces and removes everything; returns when it is gone. */
  async stop(): Promise<void> {
    if (this.#janitor) await finish(this.#janitor);
    this.#janitor = undefined;
  }
}
