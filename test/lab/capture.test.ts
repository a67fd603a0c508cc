// `postern capture` beside living traffic: what its file holds is what was on the wire, with what became of it.
import { join } from "node:path";
import test from "ava";
import { missing, readFrames } from "../../lab/capture.ts";
import type { Lab } from "../../lab/lab.ts";
import { homes, zombie } from "../../lab/plan.ts";
import { attempt, type Part, run, until } from "../../lab/process.ts";
import { withLab } from "./in-lab.ts";
import { inRegion } from "./packet-process.ts";
import { commandProgram } from "./programs.ts";
import { mails, mailsQuickly, shortQuota } from "./zombie.ts";

const sampling = ({ appliance }: Lab) => inRegion(appliance, (region) => region.live().samplingUntilMs > 0);

function commandOf({ appliance, site }: Lab, name: string, ...options: readonly string[]): string[] {
  const file = join(site.directory, name);
  return [...commandProgram, "capture", file, ...options, "--run-dir", appliance.runDirectory];
}

/** A capture into the file `name`; returns when packets are sampled. */
async function begin(lab: Lab, name: string, ...options: readonly string[]): Promise<Part> {
  const log = join(lab.site.directory, `${name}.log`);
  const part = await lab.site.box.start(`capture ${name}`, commandOf(lab, name, ...options), { log });
  await until("packets are sampled", async () => sampling(lab), { part });
  return part;
}

/** The comments of the SYNs in a capture file, each once, and without the policy's generation. */
async function openings(path: string): Promise<string[]> {
  const fields = ["-T", "fields", "-e", "frame.comment", "-Y", "tcp.flags.syn == 1 && tcp.flags.ack == 0"];
  const comments = (await run(["tshark", "-r", path, ...fields])).trimEnd().split("\n");
  return [...new Set(comments.map((comment) => comment.replace(/, policy generation \d+$/, "")))].sort();
}

test(
  "a capture holds the zombie's SYNs as they were on the wire, those that passed and those that were refused",
  withLab({ quota: shortQuota }, async (t, lab) => {
    await lab.watch();
    const path = join(lab.site.directory, "mail.pcapng");
    const part = await begin(lab, "mail.pcapng", "--port", "25", "--address", zombie.ipv4);
    for (let n = 1; n <= shortQuota.sessions; n++) t.true(await mails(lab), `mail ${n}`);
    t.false(await mailsQuickly(lab));
    t.true(await lab.traffic.fetchPage(zombie, "ipv4"), "what is not asked for passes too");
    t.true(await lab.traffic.fetchPage(homes[0], "ipv4"), "and so does everybody else's");
    const second = await attempt(commandOf(lab, "second.pcapng"));
    t.deepEqual(second.status, 1);
    t.is(second.stderr, "postern: Another capture is under way: wait for its end, or end it.\n");
    await part.stop("SIGINT");
    t.is(await part.ended, 0);
    await until("sampling ends", async () => !sampling(lab));

    const whose = `subscriber ${zombie.ipv4}, smtp-outbound`;
    t.deepEqual(await openings(path), [`forwarded: ${whose}, session syn`, `refused: ${whose}, session refused`]);
    const others = await run(["tshark", "-r", path, "-Y", "tcp.port != 25 || ip.addr != 10.30.94.66"]);
    t.is(others, "");
    const sent = join(lab.site.directory, "sent.pcap");
    await run(["tshark", "-r", path, "-F", "pcap", "-w", sent, "-Y", `ip.src == ${zombie.ipv4}`]);
    await lab.near.stop();
    const captured = await readFrames(sent);
    const onTheWire = await lab.near.framesFrom(lab.edge.subscriberSide, 0);
    t.true(captured.length > 10 * shortQuota.sessions, `${captured.length} frames of the zombie`);
    t.deepEqual(missing(captured, onTheWire), []);
    t.regex(await run(["capinfos", "-M", path]), /Number of interfaces in file: 2\n/);
  }),
);

test(
  "a reset is captured as it went out, with the session that it ended",
  withLab({ quota: { ...shortQuota, detector: "action report block reset" } }, async (t, lab) => {
    await lab.watch();
    const part = await begin(lab, "resets.pcapng", "--verdict", "injected", "--count", "1");
    for (let n = 1; n <= shortQuota.sessions; n++) t.true(await mails(lab), `mail ${n}`);
    t.false(await mailsQuickly(lab));
    t.is(await part.ended, 0);

    const path = join(lab.site.directory, "resets.pcapng");
    const fields = ["frame.comment", "frame.interface_name", "ip.dst", "tcp.srcport", "tcp.flags.str"];
    const [told, ...more] = (
      await run(["tshark", "-r", path, "-T", "fields", ...fields.flatMap((name) => ["-e", name])])
    )
      .trimEnd()
      .split("\n");
    const comment = `injected: subscriber ${zombie.ipv4}, smtp-outbound, session refused`;
    t.is(told?.slice(0, comment.length), comment);
    const flags = "\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7A\u00b7R\u00b7\u00b7";
    t.deepEqual(told?.split("\t").slice(1), ["link 0 network side", zombie.ipv4, "25", flags]);
    t.deepEqual(more, []);
    const plain = join(lab.site.directory, "reset.pcap");
    await run(["tshark", "-r", path, "-F", "pcap", "-w", plain]);
    await lab.near.stop();
    t.deepEqual(missing(await readFrames(plain), await readFrames(lab.near.file)), []);
  }),
);

test(
  "sampling ends with its capture's seconds and count, and when its command or the daemon is killed",
  withLab({ quota: shortQuota }, async (t, lab) => {
    const short = await attempt(commandOf(lab, "seconds.pcapng", "--seconds", "1"));
    t.is(short.status, 0, short.stderr);
    await until("sampling ends", async () => !sampling(lab));

    const counted = begin(lab, "count.pcapng", "--count", "3", "--kind", "tcp");
    const part = await counted;
    await lab.traffic.fetchPage(homes[0], "ipv4");
    t.is(await part.ended, 0);
    const packets = await run(["tshark", "-r", join(lab.site.directory, "count.pcapng")]);
    t.is(packets.trimEnd().split("\n").length, 3);
    await until("sampling ends", async () => !sampling(lab));

    const killed = await begin(lab, "killed.pcapng");
    process.kill(killed.pid, "SIGKILL");
    await until("sampling ends", async () => !sampling(lab));

    await begin(lab, "orphaned.pcapng");
    await lab.appliance.daemon.stop("SIGKILL");
    await until("sampling ends by itself", async () => !sampling(lab));
    t.true(await lab.traffic.fetchPage(homes[0], "ipv4"));
  }),
);
