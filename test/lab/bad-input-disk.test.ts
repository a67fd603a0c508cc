// Full disks: traffic passes all the same, and what was to be written is not lost. Each disk is a small tmpfs that only the process
// under test sees, and that goes with it.
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { linkArgument } from "../../lab/edge.ts";
import type { Lab } from "../../lab/lab.ts";
import { homes } from "../../lab/plan.ts";
import { attempt, run, until } from "../../lab/process.ts";
import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { withLab } from "./in-lab.ts";
import { daemonProgram, fastPathProgram, withMounts } from "./programs.ts";
import { assertBlocked, breach, mails, shortQuota } from "./zombie.ts";

test(
  "a fast path whose run directory is full says so and passes traffic unjudged",
  withLab({ quota: shortQuota }, async (t, lab) => {
    const { appliance, edge, site } = lab;
    await appliance.daemon.stop();
    await appliance.supervisor.stop();
    const [directory, log] = [join(site.directory, "small"), join(site.directory, "small.log")];
    await mkdir(directory);
    const start = `exec ${fastPathProgram} --run-dir ${directory} --link ${linkArgument(edge)}`;
    const command = withMounts(`mount -t tmpfs -o size=1m none ${directory}; ${start}`);
    const part = await site.box.start("fast path", command, { log });

    await until("traffic passes", () => lab.traffic.fetchPage(homes[0], "ipv4", 1), {
      part,
    });
    for (let n = 0; n < shortQuota.sessions + 2; n++) t.true(await mails(lab), "a mail was not delivered");
    const [line = "", ...more] = (await readFile(log, "utf8")).trim().split("\n");
    t.regex(
      line,
      /: cannot make \S+\/region of \d+ MiB: No space left on device; traffic passes unjudged until there is room /,
    );
    t.deepEqual(more, []);
  }),
);

/** The lab's daemon anew, with its state on a disk of this size; `onLine` hears what it says. */
async function startDaemonOnDisk({ appliance, site }: Lab, size: string, onLine: (line: string) => void) {
  await appliance.daemon.stop();
  const directory = join(site.directory, "disk");
  await mkdir(directory);
  const options = `size=${size},mode=0750,uid=$(id -u postern),gid=$(id -g postern)`;
  const { runDirectory, configurationFile } = appliance;
  const start = [...daemonProgram, "--run-dir", runDirectory, "--state-dir", directory, "--config", configurationFile];
  const command = withMounts(`mount -t tmpfs -o ${options} none ${directory}; exec ${start.join(" ")}`);
  const log = join(site.directory, "disk.log");
  return { directory, log, part: await site.box.start("daemon", command, { log, onLine }) };
}

test(
  "a daemon whose state directory is full says so and does not start",
  withLab({ quota: shortQuota }, async (t, lab) => {
    const { part, log } = await startDaemonOnDisk(lab, "8k", () => {});
    t.is(await part.ended, 1);
    t.regex(await readFile(log, "utf8"), /^postern daemon: The disk that holds \S+ is full: make room on it\.\n$/);
    t.true(await mails(lab));
  }),
);

test(
  "a breach that finds the disk full is told, kept and saved when there is room",
  withLab({ quota: shortQuota }, async (t, lab) => {
    const journal: string[] = [];
    const { part, directory } = await startDaemonOnDisk(lab, "1m", (line) => journal.push(line));
    const said = (what: RegExp) =>
      until(`it says ${what}`, async () => journal.some((line) => what.test(line)), { part });
    const onDisk = (shell: string) => ["nsenter", `--mount=/proc/${part.pid}/ns/mnt`, "--", "sh", "-c", shell];
    const rows = () => ask(daemonSocket(lab.appliance.runDirectory), { ask: "breaches", count: 10 });
    await said(/revision 1/);
    await attempt(onDisk(`cat /dev/zero >${directory}/filler`));

    await breach(t, lab);
    await said(/The disk that holds \S+ is full: make room on it\. Breaches are kept in memory until then\.$/);
    t.regex((await lab.appliance.status()).alarms.join("\n"), /The disk that holds \S+ is full: make room on it\./);
    t.is((await lab.appliance.status()).breaches.length, 1);
    t.deepEqual(await rows(), []);

    await run(onDisk(`rm ${directory}/filler`));
    await said(/Breaches are saved again\.$/);
    t.is((await rows()).length, 1);
    await assertBlocked(t, lab);
  }),
);
