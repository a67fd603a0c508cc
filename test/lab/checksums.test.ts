// Senders' kernels leave checksums to an offload where a device offers one. A tap that we attached to offers none, so the kernel finishes
// each packet before the appliance reads it: what comes out is right.
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Lab } from "../../lab/lab.ts";
import { type Family, families, homes } from "../../lab/plan.ts";
import { run, until } from "../../lab/process.ts";
import { inLab, withLab } from "./in-lab.ts";

const [home] = homes;

/** How many packets of a capture match a tshark filter, checksums being checked. */
async function count(file: string, filter: string): Promise<number> {
  const checks = ["ip", "tcp", "udp"].flatMap((protocol) => ["-o", `${protocol}.check_checksum:TRUE`]);
  const lines = await run(["tshark", "-n", "-r", file, ...checks, "-Y", filter]);
  return lines.split("\n").filter((line) => line !== "").length;
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
    const from = `eth.src == ${port.mac}`;
    for (const protocol of ["tcp", "udp"]) {
      const right = await count(arrival.file, `${from} && ${protocol}.checksum.status == "Good"`);
      t.true(right >= 10, `${right} ${protocol} packets from ${port.mac}`);
      t.is(await count(arrival.file, `${from} && ${protocol} && !(${protocol}.checksum.status == "Good")`), 0);
    }
    t.is(await count(arrival.file, `${from} && ip.checksum.status == "Bad"`), 0);
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
