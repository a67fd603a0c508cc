// Becomes the daemon's user as the daemon does, then tries what the test asks for, and prints the outcome of each as JSON.
import { readFileSync, writeFileSync } from "node:fs";
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
  openStore: async (path) => {
    await store.start(path);
    await store.stop();
  },
};

const [directories, asked] = process.argv.slice(2).map((argument) => JSON.parse(argument));
const store = new Store();
await store.load();
confine(daemonAccount, directories);

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
