// Senders' kernels leave checksums to an offload where a device offers one. A tap that we attached to offers none, so the kernel finishes
// each packet before the appliance reads it: what comes out is right.
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Lab } from "../../lab/lab.ts";
import { type Family, families, homes } from "../../lab/plan.ts";
import { run, until } from "../../lab/process.ts";
import { inLab, withLab } from "./in-lab.ts";

const [home] = homes;

/** The packets of a capture that match a tshark filter, a line each, checksums being checked. */
async function matching(file: string, filter: string): Promise<string[]> {
  const checks = ["ip", "tcp", "udp"].flatMap((protocol) => ["-o", `${protocol}.check_checksum:TRUE`]);
  const lines = await run(["tshark", "-n", "-r", file, ...checks, "-Y", filter]);
  return lines.split("\n").filter((line) => line !== "");
}

const sidesOf = ({ edge, near, far }: Lab) => [
  { port: edge.subscriberSide, arrival: far },
  { port: edge.networkSide, arrival: near },
];

async function assertNoOffload(t: ExecutionContext, lab: Lab): Promise<void> {
  for (const { port } of sidesOf(lab)) {
    const features = await port.namespace.run(["ethtool", "-k", port.device]);
    t.regex(features, /^tx-checksumming: off$/m);
    t.regex(features, /^tcp-segmentation-offload: off$/m);
  }
}

async function assertChecksums(t: ExecutionContext, lab: Lab): Promise<void> {
  const talk = async (family: Family) => {
    for (let n = 0; n < 5; n++) {
      t.true(await lab.traffic.fetchPage(home, family));
      t.true(await lab.traffic.resolveName(home, family));
      t.true(await lab.traffic.sendMail(home, family));
    }
  };
  await Promise.all(families.map(talk));
  await Promise.all([lab.near.stop(), lab.far.stop()]);
  for (const { port, arrival } of sidesOf(lab)) {
    // What an ICMP error quotes may be cut off, so that its checksum cannot be told.
    const from = `eth.src == ${port.mac} && !icmp && !icmpv6`;
    for (const protocol of ["tcp", "udp"]) {
      const right = await matching(arrival.file, `${from} && ${protocol}.checksum.status == "Good"`);
      t.true(right.length >= 10, `${right.length} ${protocol} packets from ${port.mac}`);
      const others = `${from} && ${protocol} && !(${protocol}.checksum.status == "Good")`;
      t.deepEqual(await matching(arrival.file, others), []);
    }
    t.deepEqual(await matching(arrival.file, `${from} && ip.checksum.status == "Bad"`), []);
  }
}

test(
  "every checksum of TCP and UDP is right where it comes out",
  inLab({}, async (t, lab) => {
    await assertNoOffload(t, lab);
    await assertChecksums(t, lab);
  }),
);

test(
  "offloads that somebody left on are off when the fast path has attached, and every checksum is right",
  withLab({}, async (t, lab) => {
    await lab.appliance.supervisor.stop();
    const program = join(import.meta.dirname, "tap-offload.py");
    for (const { port } of sidesOf(lab)) {
      await port.namespace.run(["/usr/bin/python3", program, port.device]);
      t.regex(await port.namespace.run(["ethtool", "-k", port.device]), /^tx-checksumming: on$/m);
    }
    await lab.appliance.startFastPath();
    await assertNoOffload(t, lab);
    await until("traffic passes again", () => lab.traffic.resolveName(home, "ipv4"));
    await lab.watch();
    await assertChecksums(t, lab);
  }),
);
