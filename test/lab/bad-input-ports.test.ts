// Ports that go and come back while traffic passes.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { type Edge, linkArgument, makeEdge, makeNetworkSide, makePort } from "../../lab/edge.ts";
import { homes } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { Site } from "../../lab/site.ts";
import { Conversations } from "./conversations.ts";
import { withLab } from "./in-lab.ts";
import { fastPathSaid, packetProcess } from "./packet-process.ts";
import { fastPathProgram } from "./programs.ts";
import { assertBlocked, breach, shortQuota } from "./zombie.ts";

const [home] = homes;

test(
  "a port that vanishes is told, and traffic passes again when it is back",
  withLab({ quota: shortQuota }, async (t, lab) => {
    const { appliance, edge, traffic } = lab;
    await breach(t, lab);
    await edge.networkSide.namespace.ip([`link delete dev ${edge.networkSide.device}`]);
    const said = async (what: RegExp) => (await fastPathSaid(appliance)).some((line) => what.test(line));
    await until("it is told", () =>
      said(/no link has both its interfaces any more; it starts again when they are back$/),
    );
    await until("no process serves", async () => (await packetProcess(appliance)) === undefined);
    t.true(appliance.supervisor.running);

    await makeNetworkSide(edge.networkSide);
    await until("traffic passes again", () => traffic.fetchPage(home, "ipv4", 1));
    await assertBlocked(t, lab);
  }),
);

/** Somebody behind each port of a second link (RFC 1918, 5737, 3849). */
const caller = { name: "caller", ipv4: "10.30.95.1", ipv6: "2001:db8:31::1" };
const called = { name: "called", ipv4: "203.0.113.1", ipv6: "2001:db8:32::1" };

async function makeSecondEdge({ subscribers, network }: Site): Promise<Edge> {
  const subscriberSide = { namespace: subscribers, device: "sub1", mac: "02:00:5e:30:01:01" };
  const networkSide = { namespace: network, device: "net1", mac: "02:00:5e:30:01:02" };
  await makePort(subscriberSide, [caller]);
  await makePort(networkSide, [called]);
  await subscribers.ip([`route add ${called.ipv4}/32 dev sub1 src ${caller.ipv4}`]);
  await network.ip([`route add ${caller.ipv4}/32 dev net1`]);
  return { subscriberSide, networkSide };
}

test("of two links, the one whose ports are whole goes on when the other loses one", async (t) => {
  const site = new Site();
  try {
    await site.start();
    const [first, second] = [await makeEdge(site), await makeSecondEdge(site)];
    const links = [first, second].flatMap((edge) => ["--link", linkArgument(edge)]);
    const log = join(site.directory, "fastpath.log");
    const command = [fastPathProgram, "--run-dir", join(site.directory, "run"), ...links];
    const supervisor = await site.box.start("fast path", command, { log });
    const conversation = new Conversations([{ source: caller.ipv4, target: called.ipv4 }]);
    await conversation.start(site);
    const pid = await packetProcess({ supervisor });

    await site.subscribers.ip([`link delete dev ${first.subscriberSide.device}`]);
    const told = /: link 0, subscriber side \(tap:\S+\) is down: look at its cable or interface$/m;
    await until("it is told", async () => told.test(await readFile(log, "utf8")), { part: supervisor });
    await conversation.goOn();
    t.is(await packetProcess({ supervisor }), pid);
  } finally {
    await site.stop();
  }
});
