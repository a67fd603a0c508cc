// Becomes the daemon's user as the daemon does, then tries what the test asks for, and prints the outcome of each as JSON.
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { confine, daemonAccount } from "../../mgmt/privileges.ts";
import { Store } from "../../mgmt/store/store.ts";

const attempts: Readonly<Record<string, (path: string) => unknown>> = {
  read: (path) => readFileSync(path, "utf8"),
  write: (path) => writeFileSync(path, "x", { flag: "r+" }),
  create: (path) => writeFileSync(path, "x", { flag: "wx" }),
  becomeRoot: () => process.setuid?.(0),
  becomeRootEffectively: () => process.seteuid?.(0),
  joinGroupOfRoot: () => process.setgid?.(0),
  groups: () => process.getgroups?.(),
  rights: () => rightsOf(`/proc/self/task/${process.pid}/status`),
  rightsOfOthers: () => {
    const others = readdirSync("/proc/self/task").filter((thread) => thread !== `${process.pid}`);
    return [...new Set(others.map((thread) => rightsOf(`/proc/self/task/${thread}/status`)))];
  },
  /** `path`: of the process to signal. */
  signal: (path) => process.kill(Number(path), 0),
  listen: async (path) => {
    const server = createServer().listen(Number(path), "127.0.0.1");
    await once(server, "listening");
    server.close();
  },
  openStore: async (path) => {
    await store.start(path);
    await store.stop();
  },
};

const [directories, asked] = process.argv.slice(2).map((argument) => JSON.parse(argument));
const store = new Store();
await store.load();
confine(daemonAccount, directories);

function rightsOf(status: string): string {
  const all = [...readFileSync(status, "utf8").matchAll(/^(?:Cap(?:Inh|Prm|Eff|Amb)|NoNewPrivs):\s*(\w+)$/gm)];
  return all.map(([, value]) => value?.replace(/^0+(?=.)/, "")).join(" ");
}

const outcomes = [];
for (const [attempt, path] of asked) {
  try {
    outcomes.push({ value: await attempts[attempt]?.(path) });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    outcomes.push({ refused: code ?? message });
  }
}
process.stdout.write(JSON.stringify(outcomes));
process.exit();
