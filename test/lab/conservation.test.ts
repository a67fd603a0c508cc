// Nothing is lost that nobody decided to drop: counted by the appliance, by the kernels at both ends and by tcpdump.
import test from "ava";
import { EverydayLife } from "../../lab/everyday.ts";
import type { Lab } from "../../lab/lab.ts";
import { families, homes } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { linkStatus, settled } from "./conserved.ts";
import { Flow } from "./flow.ts";
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
  const everyday = new EverydayLife(lab.traffic);
  everyday.start();
  const flows = [
    await Flow.start(lab, { direction: "upstream", subscriber: home, family: "ipv4", packetsPerSecond: 200 }),
    await Flow.start(lab, { direction: "downstream", subscriber: home, family: "ipv6", packetsPerSecond: 200 }),
  ];
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

const packetsPerSecond = 2000;

test(
  `${packetsPerSecond} numbered packets a second each way: a kill -9 of the daemon and its next start lose, double or reorder none`,
  inLab({}, async (t, lab) => {
    const { appliance } = lab;
    const flows = [
      await Flow.start(lab, { direction: "upstream", subscriber: home, family: "ipv4", packetsPerSecond }),
      await Flow.start(lab, { direction: "downstream", subscriber: home, family: "ipv6", packetsPerSecond }),
    ];
    const arrived = async (more: number) => {
      const goals = await Promise.all(flows.map(async (flow) => (await flow.arrived()) + more));
      const there = () => Promise.all(flows.map(async (flow, n) => (await flow.arrived()) >= (goals[n] ?? 0)));
      await until(`${more} packets more came out`, async () => (await there()).every(Boolean));
    };
    await arrived(packetsPerSecond);
    appliance.daemon.signal("SIGKILL");
    await appliance.daemon.ended;
    await arrived(packetsPerSecond);
    await appliance.startDaemon();
    await arrived(packetsPerSecond);
    for (const flow of flows) {
      const { departed, lost, doubled, overtaken, longestSilence } = await flow.stop();
      t.deepEqual({ lost, doubled, overtaken }, { lost: [], doubled: [], overtaken: [] }, flow.name);
      t.log(`${departed.length} packets from ${flow.name}, longest silence ${longestSilence.toFixed(1)} ms`);
    }
  }),
);
