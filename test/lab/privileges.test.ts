// What the parts of a running appliance may do, as the kernel tells it. The daemon's own attempts are in test/daemon.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { attempt, run } from "../../lab/process.ts";
import { withLab } from "./in-lab.ts";
import { packetProcess } from "./packet-process.ts";
import { asNobody } from "./programs.ts";
import { shortQuota } from "./zombie.ts";

const idOf = async (...args: string[]) => Number(await run(["id", ...args]));

/** The fields of a thread's status that say what it may do. */
async function rightsOf(status: string): Promise<Record<string, string>> {
  const wanted = /^(Uid|Gid|Groups|Cap(?:Inh|Prm|Eff|Amb)|NoNewPrivs):[ \t]*(.*?)[ \t]*$/gm;
  return Object.fromEntries(
    [...(await readFile(status, "utf8")).matchAll(wanted)].map(([, name, value]) => [name, value]),
  );
}

test(
  "no thread of the packet process has a capability, another user than its own, or a way to more",
  withLab({ quota: shortQuota }, async (t, { appliance }) => {
    const pid = await packetProcess(appliance);
    const [user, group] = [await idOf("-u", "postern-fastpath"), await idOf("-g", "postern-fastpath")];
    const none = "0".repeat(16);
    const threads = await readdir(`/proc/${pid}/task`);
    t.true(threads.length >= 2, "a control thread and a worker");
    for (const thread of threads) {
      t.deepEqual(await rightsOf(`/proc/${pid}/task/${thread}/status`), {
        Uid: Array(4).fill(user).join("\t"),
        Gid: Array(4).fill(group).join("\t"),
        Groups: "",
        CapInh: none,
        CapPrm: none,
        CapEff: none,
        CapAmb: none,
        NoNewPrivs: "1",
      });
    }
    t.is((await rightsOf(`/proc/${appliance.supervisor.pid}/status`)).NoNewPrivs, "1");
  }),
);

test(
  "the daemon may listen at any port, in its main thread, and has no other right of root's",
  withLab({ quota: shortQuota }, async (t, { appliance }) => {
    const { pid } = appliance.daemon;
    const [user, group] = [await idOf("-u", "postern"), await idOf("-g", "postern")];
    const [none, bindService] = ["0".repeat(16), "400".padStart(16, "0")];
    for (const thread of await readdir(`/proc/${pid}/task`)) {
      const kept = thread === `${pid}` ? bindService : none;
      const rights = await rightsOf(`/proc/${pid}/task/${thread}/status`);
      t.like(rights, { Uid: Array(4).fill(user).join("\t"), Gid: Array(4).fill(group).join("\t") });
      t.like(rights, { CapInh: none, CapPrm: kept, CapEff: kept, CapAmb: none });
      if (thread === `${pid}`) t.is(rights.NoNewPrivs, "1");
    }
  }),
);

test(
  "files and sockets are for those alone who need them",
  withLab({ quota: shortQuota }, async (t, { appliance }) => {
    const { runDirectory, stateDirectory } = appliance;
    const expected = {
      [join(runDirectory, "fastpath")]: [0o750, "postern-fastpath"],
      [join(runDirectory, "fastpath/region")]: [0o640, "postern-fastpath"],
      [join(runDirectory, "fastpath/control.sock")]: [0o660, "postern-fastpath"],
      [join(runDirectory, "daemon")]: [0o750, "postern"],
      [join(runDirectory, "daemon/daemon.sock")]: [0o660, "postern"],
      [stateDirectory]: [0o700, "postern"],
      [join(stateDirectory, "postern.db")]: [0o600, "postern"],
    } as const;
    for (const [path, [permissions, group]] of Object.entries(expected)) {
      const { mode, gid } = await stat(path);
      t.is((mode & 0o7777).toString(8), permissions.toString(8), path);
      t.is(gid, await idOf("-g", group), path);
    }
    const member = ["setpriv", "--reuid=nobody", "--regid=postern", "--clear-groups", "--"];
    const attempts = {
      "a stranger reads the region": asNobody(["cat", join(runDirectory, "fastpath/region")]),
      "one who may ask the daemon reads the region": [...member, "cat", join(runDirectory, "fastpath/region")],
      "one who may ask the daemon commands the fast path": [
        ...member,
        ...["/usr/bin/python3", "-c", "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"],
        join(runDirectory, "fastpath/control.sock"),
      ],
      "the packet process's user makes a file where the supervisor acts": [
        ...["setpriv", "--reuid=postern-fastpath", "--regid=postern-fastpath", "--clear-groups", "--"],
        ...["touch", join(runDirectory, "fastpath/region.new")],
      ],
      "the daemon's user writes to the region": [
        ...["setpriv", "--reuid=postern", "--regid=postern", "--groups=postern-fastpath", "--"],
        ...["touch", join(runDirectory, "fastpath/region")],
      ],
    };
    for (const [what, command] of Object.entries(attempts)) {
      const { status, stderr } = await attempt(command);
      t.not(status, 0, what);
      t.regex(stderr, /Permission denied/, what);
    }
  }),
);
