// Nothing is lost that nobody decided to drop: counted by the appliance, by the kernels at both ends and by tcpdump.
import { setTimeout as delay } from "node:timers/promises";
import test from "ava";
import { EverydayLife } from "../../lab/everyday.ts";
import type { Lab } from "../../lab/lab.ts";
import { NumberedSender, numberedReport } from "../../lab/numbered.ts";
import { families, homes, web } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { linkStatus, settled } from "./conserved.ts";
import { inLab } from "./in-lab.ts";

const [home] = homes;

/** Frames of one direction. */
interface Passage {
  readonly received: number;
  readonly forwarded: number;
}

/** Both directions, by the side that the frames come from. */
interface Account {
  readonly subscriber: Passage;
  readonly network: Passage;
}

async function captured({ near, far, edge, watchedSince }: Lab): Promise<Account> {
  const [up, upOut, down, downOut] = await Promise.all([
    near.framesFrom(edge.subscriberSide, watchedSince),
    far.framesFrom(edge.subscriberSide, watchedSince),
    far.framesFrom(edge.networkSide, watchedSince),
    near.framesFrom(edge.networkSide, watchedSince),
  ]);
  return {
    subscriber: { received: up.length, forwarded: upOut.length },
    network: { received: down.length, forwarded: downOut.length },
  };
}

/** What the appliance counted, what tcpdump saw, and how many frames a quota refused. */
async function account(lab: Lab): Promise<{ counted: Account; seen: Account; refused: number }> {
  const { subscriber, network } = await linkStatus(lab);
  const passage = ({ receivedPackets, forwardedPackets }: typeof subscriber): Passage => ({
    received: receivedPackets,
    forwarded: forwardedPackets,
  });
  return {
    counted: { subscriber: passage(subscriber), network: passage(network) },
    seen: await captured(lab),
    refused: subscriber.dropped.refused,
  };
}

const since = (now: Account, before: Account): Account => ({
  subscriber: difference(now.subscriber, before.subscriber),
  network: difference(now.network, before.network),
});
const difference = (now: Passage, before: Passage): Passage => ({
  received: now.received - before.received,
  forwarded: now.forwarded - before.forwarded,
});

/** Everything that the lab's hosts can do, for some seconds, both ways. */
async function liveTogether(lab: Lab): Promise<void> {
  const { subscriberSide, networkSide } = lab.edge;
  const log = `${lab.site.directory}/numbered.log`;
  const everyday = new EverydayLife(lab.traffic);
  everyday.start();
  const flows = await Promise.all([
    NumberedSender.start(subscriberSide.namespace, { source: home.ipv4, target: web.ipv4 }, 200, log),
    NumberedSender.start(networkSide.namespace, { source: web.ipv6, target: home.ipv6 }, 200, log),
  ]);
  const engines = await Promise.all(families.map((family) => lab.traffic.massMail(family, 30)));
  // Asked again in the midst of traffic: ARP and IPv6 neighbour discovery.
  for (const { namespace, device } of [subscriberSide, networkSide]) await namespace.ip([`neigh flush dev ${device}`]);
  await Promise.all(engines.map(({ ended }) => ended));
  await everyday.stop();
  await Promise.all(flows.map((flow) => flow.stop()));
}

test(
  "after mixed traffic the appliance's figures are those of the captures, frame for frame",
  inLab({}, async (t, lab) => {
    const before = await settled(() => account(lab));
    await liveTogether(lab);
    const after = await settled(() => account(lab));
    const seen = since(after.seen, before.seen);
    t.deepEqual(since(after.counted, before.counted), seen);
    t.is(seen.subscriber.received - seen.subscriber.forwarded, after.refused);
    t.is(seen.network.received, seen.network.forwarded);
    const kinds = { arp: "arp", discovery: "icmp6 and ip6[40] = 135", udp: "udp dst port 9", mail: "tcp dst port 25" };
    for (const [kind, filter] of Object.entries(kinds)) t.true((await lab.far.count(filter)) > 0, kind);
    t.true(after.refused >= 40);
    t.log(
      `from the subscribers ${seen.subscriber.received} frames, of which ${after.refused} refused; from the network ${seen.network.received}`,
    );
  }),
);

const perSecond = 2000;

test(
  `${perSecond} numbered packets a second each way: a kill -9 of the daemon and its next start lose, double or reorder none`,
  inLab({}, async (t, lab) => {
    const { appliance, edge, near, far, watchedSince } = lab;
    const log = `${lab.site.directory}/numbered.log`;
    const directions = [
      { from: edge.subscriberSide, source: home.ipv4, target: web.ipv4, arrival: far },
      { from: edge.networkSide, source: web.ipv6, target: home.ipv6, arrival: near },
    ];
    const began = performance.now();
    const flows = await Promise.all(
      directions.map(({ from, source, target }) =>
        NumberedSender.start(from.namespace, { source, target }, perSecond, log),
      ),
    );
    await delay(1000);
    appliance.daemon.signal("SIGKILL");
    await appliance.daemon.ended;
    await appliance.startDaemon();
    await delay(1000);
    const sent = await Promise.all(flows.map((flow) => flow.stop()));
    const seconds = (performance.now() - began) / 1000;
    for (const [n, { from, arrival }] of directions.entries()) {
      const count = sent[n] ?? 0;
      const report = async () => numberedReport(count, await arrival.framesFrom(from, watchedSince));
      await until("the last packet came out", async () => !(await report()).lost.includes(count - 1));
      const { lost, doubled, overtaken, longestSilence } = await report();
      t.deepEqual({ lost, doubled, overtaken }, { lost: [], doubled: [], overtaken: [] });
      t.true(count > perSecond, `only ${count} were sent`);
      t.log(`${count} packets in ${seconds.toFixed(1)} s, longest silence ${longestSilence.toFixed(1)} ms`);
    }
  }),
);
