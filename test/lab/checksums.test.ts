// Senders' kernels leave checksums to an offload where a device offers one. A tap offers none, so the kernel finishes each packet before
// the appliance reads it: what comes out is right.
import test from "ava";
import { type Family, families, homes } from "../../lab/plan.ts";
import { run } from "../../lab/process.ts";
import { inLab } from "./in-lab.ts";

const [home] = homes;

/** How many packets of a capture match a tshark filter, checksums being checked. */
async function count(file: string, filter: string): Promise<number> {
  const checks = ["ip", "tcp", "udp"].flatMap((protocol) => ["-o", `${protocol}.check_checksum:TRUE`]);
  const lines = await run(["tshark", "-n", "-r", file, ...checks, "-Y", filter]);
  return lines.split("\n").filter((line) => line !== "").length;
}

test(
  "every checksum of TCP and UDP is right where it comes out",
  inLab({}, async (t, lab) => {
    const devices = [lab.edge.subscriberSide, lab.edge.networkSide];
    for (const { namespace, device } of devices) {
      t.regex(await namespace.run(["ethtool", "-k", device]), /^tx-checksumming: off$/m);
    }
    const talk = async (family: Family) => {
      for (let n = 0; n < 5; n++) {
        t.true(await lab.traffic.fetchPage(home, family));
        t.true(await lab.traffic.resolveName(home, family));
        t.true(await lab.traffic.sendMail(home, family));
      }
    };
    await Promise.all(families.map(talk));
    await Promise.all([lab.near.stop(), lab.far.stop()]);
    const sides = [
      { file: lab.far.file, from: lab.edge.subscriberSide.mac },
      { file: lab.near.file, from: lab.edge.networkSide.mac },
    ];
    for (const { file, from } of sides) {
      for (const protocol of ["tcp", "udp"]) {
        const right = await count(file, `eth.src == ${from} && ${protocol}.checksum.status == "Good"`);
        t.true(right >= 10, `${right} ${protocol} packets from ${from}`);
        t.is(await count(file, `eth.src == ${from} && ${protocol} && !(${protocol}.checksum.status == "Good")`), 0);
      }
      t.is(await count(file, `eth.src == ${from} && ip.checksum.status == "Bad"`), 0);
    }
  }),
);
