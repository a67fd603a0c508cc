// What a lab makes on the machine, looked for without the lab's help.
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { run } from "../../lab/process.ts";

/** Kinds of things, each with the names of those that are there. */
export type Traces = Readonly<
  Record<"namespaces" | "interfaces" | "files" | "mounts" | "processes", readonly string[]>
>;

/** Where the kernel keeps 2 MiB pages. */
export const hugePagePool = "/sys/kernel/mm/hugepages/hugepages-2048kB";

/** Directories that Postern or DPDK leave files in. */
const directories = ["/dev/shm", "/var/run/dpdk", "/run/postern", "/var/lib/postern", "/dev/hugepages"];

const namesIn = (path: string) => readdir(path).catch(() => []);
const linesOf = (text: string) => text.split("\n").filter((line) => line !== "");

/** The network namespaces of a lab, as /proc names them. */
export async function namespaceIdsOf(lab: string): Promise<string[]> {
  const names = (await namesIn("/run/netns")).filter((name) => name.startsWith(lab));
  return Promise.all(names.map(async (name) => `net:[${(await stat(`/run/netns/${name}`)).ino}]`));
}

/** Command lines of the processes that are in one of the namespaces, or name the lab. */
async function processesOf(lab: string, namespaceIds: readonly string[]): Promise<string[]> {
  const pids = (await namesIn("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const command = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ");
      const namespace = await readlink(`/proc/${pid}/ns/net`).catch(() => "");
      return command.includes(lab) || namespaceIds.includes(namespace) ? [`${pid} ${command}`] : [];
    }),
  );
  return found.flat();
}

/** @param namespaceIds of the lab, while it had them. */
export async function tracesOf(lab: string, namespaceIds: readonly string[]): Promise<Traces> {
  const files = await Promise.all(
    directories.map(async (path) => (await namesIn(path)).map((name) => `${path}/${name}`)),
  );
  const links = linesOf(await run(["ip", "-brief", "link"]));
  return {
    namespaces: await namesIn("/run/netns"),
    interfaces: links.map((line) => line.replace(/[@ ].*/, "")),
    files: files.flat(),
    mounts: linesOf(await readFile("/proc/self/mounts", "utf8")),
    processes: await processesOf(lab, namespaceIds),
  };
}

/** What is there now and was not before; what other labs and benches do at the same time is not meant. */
export function newTraces(lab: string, before: Traces, now: Traces): string[] {
  const another = (trace: string) => /postern-(bench-)?\d/.test(trace) && !trace.includes(lab);
  return Object.entries(now).flatMap(([kind, names]) => {
    const known = new Set(before[kind as keyof Traces]);
    return names.filter((name) => !known.has(name) && !another(name)).map((name) => `${kind}: ${name}`);
  });
}
