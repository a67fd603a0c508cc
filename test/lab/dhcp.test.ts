// DHCP as a feed of subscribers, with Kea and a client of Debian's on either side of the appliance.
import { copyFile } from "node:fs/promises";
import { basename, join } from "node:path";
import test from "ava";
import type { Lab } from "../../lab/lab.ts";
import { families, homes, mail, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import type { DhcpStatus } from "../../mgmt/dhcp/feed.ts";
import type { DhcpCounter } from "../../mgmt/dhcp/figures.ts";
import { csvDirectory } from "../../mgmt/paths.ts";
import { ack4, frame } from "../dhcp/messages.ts";
import { openFrames } from "./frames.ts";
import { inLab, withLab } from "./in-lab.ts";
import { askForLease, servers, startKea } from "./kea.ts";
import { inRegion, packetProcess, successorOf } from "./packet-process.ts";
import { typed, typedIn } from "./prompt.ts";
import { shortQuota } from "./zombie.ts";

const options = {
  quota: {
    ...shortQuota,
    lineCard: [
      "subscriber mode aware",
      `subscriber LEG dhcp server ${servers.ipv4}`,
      `subscriber LEG dhcp server ${servers.ipv6}`,
      "subscriber LEG dhcp name mac",
    ],
  },
} as const;

/** What the client is called. */
const NAME = "02:00:5e:30:00:01";

async function counts({ appliance }: Lab): Promise<DhcpStatus["counts"]> {
  const lines = await typed(appliance, "show interface LineCard 0 subscriber LEG dhcp | json");
  return (JSON.parse(lines.join("")) as DhcpStatus).counts;
}

function counted(lab: Lab, counter: DhcpCounter, atLeast: number): Promise<void> {
  return until(`${counter} is ${atLeast}`, async () => (await counts(lab))[counter] >= atLeast);
}

/** What an import of Kea's own file would do. */
async function leasesIn({ appliance }: Lab, path: string): Promise<string[]> {
  await copyFile(path, join(csvDirectory(appliance.runDirectory), basename(path)));
  const line = `subscriber import kea-leases ${basename(path)} dry-run`;
  const lines = await typedIn(appliance, ["configure terminal", "interface LineCard 0", line, "end"]);
  return lines.filter((each) => /^ *\d+ {2}lease/.test(each));
}

test(
  "a client's address, its IPv6 address and its delegated prefix are one subscriber's, who has one quota",
  inLab(options, async (t, lab) => {
    const folder = await startKea(lab);
    await askForLease(lab, 4);
    await counted(lab, "given", 1);
    await askForLease(lab, 6);
    await counted(lab, "given", 3);
    t.deepEqual(await leasesIn(lab, join(folder, "kea-leases4.csv")), [
      "    1  leases whose addresses are a subscriber's",
    ]);
    t.deepEqual(await leasesIn(lab, join(folder, "kea-leases6.csv")), [
      "    2  leases whose addresses are a subscriber's",
    ]);
    t.like(await counts(lab), { given: 3, subscriberSide: 0, unlisted: 0, malformed: 0, unnamed: 0, impossible: 0 });
    t.true(await lab.traffic.sendMail(zombie, "ipv4"));
    t.true(await lab.traffic.sendMail(zombie, "ipv6"), "of the delegated prefix");
    t.true(await lab.traffic.sendMail(zombie, "ipv4"));
    for (const family of families) {
      t.false(await lab.traffic.sendMail(zombie, family, mail, 0.5), family);
      t.true(await lab.traffic.fetchPage(zombie, family), family);
    }
  }),
);

/** A reply that gives an address, on its way to the client, or to what calls itself one. */
function replyFrom(server: string, address: string): Buffer {
  const way = { from: server, to: address, sourcePort: 67, destinationPort: 68 };
  return frame(ack4({ address, mac: NAME.replaceAll(":", "") }), way);
}

test(
  "replies that subscribers send, and those of servers that are not listed, give nobody an address",
  withLab(options, async (t, lab) => {
    const [nobodys, believed] = homes;
    const fromSubscribers = await openFrames(lab.edge.subscriberSide);
    t.is(await fromSubscribers(replyFrom(servers.ipv4, nobodys.ipv4)), "sent");
    await counted(lab, "subscriberSide", 1);
    const fromNetwork = await openFrames(lab.edge.networkSide);
    t.is(await fromNetwork(replyFrom("192.0.2.54", nobodys.ipv4)), "sent");
    await counted(lab, "unlisted", 1);
    t.is(await fromNetwork(replyFrom(servers.ipv4, believed.ipv4)), "sent");
    await counted(lab, "given", 1);
    t.like(await counts(lab), { given: 1, renewed: 0, subscriberSide: 1, unlisted: 1 });
  }),
);

test(
  "another process of the fast path is told to listen too, and none listens for a daemon that is dead",
  withLab(options, async (t, lab) => {
    const send = await openFrames(lab.edge.networkSide);
    const reply = replyFrom(servers.ipv4, zombie.ipv4);
    const first = await packetProcess(lab.appliance);
    process.kill(first ?? 0, "SIGKILL");
    await successorOf(lab.appliance, first);
    await until("what passes is believed", async () => {
      await send(reply);
      return (await counts(lab)).given > 0;
    });
    await lab.appliance.daemon.stop("SIGKILL");
    const sampled = () => inRegion(lab.appliance, (region) => region.samples("dhcp", 1000).samples.length);
    await until("nobody samples", async () => {
      const before = sampled();
      await send(reply);
      // Behind it on the wire.
      t.true(await lab.traffic.resolveName(homes[0], "ipv4"));
      return sampled() === before;
    });
    t.pass();
  }),
);
