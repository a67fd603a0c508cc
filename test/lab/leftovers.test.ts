// Whatever way a lab ends, the machine is afterwards as it was before.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test, { type ExecutionContext } from "ava";
import { attempt, until } from "../../lab/process.ts";
import { labProgram } from "./programs.ts";
import { hugePagePool, namespaceIdsOf, newTraces, tracesOf } from "./traces.ts";

const hugePages = async () => Number(await readFile(join(hugePagePool, "nr_hugepages"), "utf8"));
const freeHugePages = async () => Number(await readFile(join(hugePagePool, "free_hugepages"), "utf8"));

/** Holds so many huge pages until its input ends. */
const holder = `import mmap, sys
held = mmap.mmap(-1, int(sys.argv[1]) << 21, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000 | mmap.MAP_POPULATE)
print("held", flush=True)
sys.stdin.read()`;

/** Takes free huge pages away for the time of a test, so that a lab has to add some; a machine may have none. */
async function lackHugePages(t: ExecutionContext): Promise<void> {
  const taken = (await freeHugePages().catch(() => 0)) - 64;
  if (taken <= 0) return;
  const child = spawn("/usr/bin/python3", ["-c", holder, `${taken}`], { stdio: ["pipe", "pipe", "inherit"] });
  t.teardown(() => child.stdin.end());
  await once(child.stdout, "data");
}

/** `npm start` without its set-up. */
class LabProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  said = "";
  complained = "";

  constructor() {
    const [file = "", ...args] = labProgram;
    const child = spawn(file, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    createInterface({ input: child.stdout }).on("line", (line) => (this.said += `${line}\n`));
    createInterface({ input: child.stderr }).on("line", (line) => (this.complained += `${line}\n`));
    this.ended = new Promise((resolve) => child.on("close", (status) => resolve(status)));
    this.child = child;
  }

  /** What its namespaces and its directory are called. */
  get name(): string {
    return `postern-${this.child.pid}-1`;
  }

  /** Returns when subscribers are at home and the zombie mails. */
  async lives(): Promise<void> {
    const alive = async () => {
      if (this.child.exitCode !== null) throw new Error(`the lab ended: ${this.complained}`);
      return this.said.includes("the zombie starts to mail");
    };
    await until("the lab lives", alive, { timeoutSeconds: 30 });
  }

  async supervisor(): Promise<number> {
    const { stdout } = await attempt(["pgrep", "--parent", `${this.child.pid}`, "--full", "postern-fastpath"]);
    return Number.parseInt(stdout, 10);
  }
}

/** A lab that is ended like this leaves nothing. */
function leavesNothing(end: (t: ExecutionContext, lab: LabProcess) => Promise<void>) {
  return async (t: ExecutionContext): Promise<void> => {
    await lackHugePages(t);
    const lab = new LabProcess();
    const [before, pagesBefore] = [await tracesOf(lab.name, []), await hugePages().catch(() => 0)];
    await lab.lives();
    const namespaceIds = await namespaceIdsOf(lab.name);
    const added = async () => newTraces(lab.name, before, await tracesOf(lab.name, namespaceIds));
    const during = await added();
    for (const kind of ["namespaces", "files", "mounts", "processes"]) {
      t.true(
        during.some((trace) => trace.startsWith(kind)),
        `${kind} of a running lab are seen`,
      );
    }

    await end(t, lab);
    await until("nothing is left", async () => (await added()).length === 0).catch(async () =>
      t.deepEqual(await added(), []),
    );
    const givenBack = async () => (await hugePages().catch(() => 0)) === pagesBefore;
    // Another lab may hold some for a while.
    await until("huge pages are given back", givenBack, { timeoutSeconds: 30 });
  };
}

test.serial(
  "a lab ended by Ctrl-C leaves nothing",
  leavesNothing(async (t, lab) => {
    lab.child.kill("SIGINT");
    t.is(await lab.ended, 0);
    t.is(lab.complained, "");
  }),
);

test.serial(
  "a lab that is killed leaves nothing",
  leavesNothing(async (t, lab) => {
    lab.child.kill("SIGKILL");
    t.is(await lab.ended, null);
  }),
);

test.serial(
  "a lab whose fast path is killed with its supervisor says so, fails and leaves nothing",
  leavesNothing(async (t, lab) => {
    process.kill(await lab.supervisor(), "SIGKILL");
    t.is(await lab.ended, 1);
    t.regex(lab.complained, /^lab: the fast path has ended \(SIGKILL\): /);
  }),
);
