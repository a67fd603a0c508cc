// Several workers: a subscriber's packets come in at any of them, and his quota and his order are those of one.
import test from "ava";
import { NumberedSender, numberedReport } from "../../lab/numbered.ts";
import { families, homes, mail, web, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { linkStatus } from "./conserved.ts";
import { ipv4Bytes } from "./frames.ts";
import { inLab } from "./in-lab.ts";
import { passedOpenings, RawSubscriber } from "./raw-subscriber.ts";

const workers = 3;
const quota = { sessions: 10, periodSeconds: 60 };
const tries = quota.sessions + 2;
/** How long a refused client keeps trying. */
const patienceSeconds = 2;

test(
  "three workers, sixty subscribers at once: each gets his own quota, exactly",
  inLab({ quota, size: { workers } }, async (t, lab) => {
    const addresses = Array.from({ length: 60 }, (_, n) => `10.30.94.${100 + n}`);
    const subscribers = await RawSubscriber.joinAll(lab, addresses);
    for (let n = 0; n < tries; n++) await Promise.all(subscribers.map((subscriber) => subscriber.openMail(1000 + n)));
    const decided = async () => (await passedOpenings(lab)).length + (await linkStatus(lab)).subscriber.dropped.refused;
    await until("every SYN was decided", async () => (await decided()) === addresses.length * tries);
    const passed = Map.groupBy(await passedOpenings(lab), ({ source }) => source);
    t.deepEqual(
      addresses.map((address) => [address, passed.get(address)?.length]),
      addresses.map((address) => [address, quota.sessions]),
    );
  }),
);

test(
  "three workers, real clients over both families: each gets his own quota, exactly",
  inLab({ quota, size: { workers } }, async (t, lab) => {
    const clients = [...homes, zombie].flatMap((host) => families.map((family) => ({ host, family })));
    const delivered = clients.map(async ({ host, family }) => {
      for (let n = 0; n < quota.sessions; n++) t.true(await lab.traffic.sendMail(host, family), `${host.name} ${n}`);
      t.false(await lab.traffic.sendMail(host, family, mail, patienceSeconds), host.name);
    });
    await Promise.all(delivered);
    for (const { host, family } of clients) {
      t.deepEqual(await lab.peers.mailFrom(host[family]), { sessions: quota.sessions, mails: quota.sessions });
    }
  }),
);

test(
  "three workers keep the order of every flow, and lose and double nothing",
  inLab({ size: { workers } }, async (t, lab) => {
    const { edge, near, far, watchedSince } = lab;
    const flows = homes.flatMap(({ ipv4 }) => [
      { from: edge.subscriberSide, arrival: far, source: ipv4, target: web.ipv4 },
      { from: edge.networkSide, arrival: near, source: web.ipv4, target: ipv4 },
    ]);
    const log = `${lab.site.directory}/numbered.log`;
    const senders = await Promise.all(flows.map((flow) => NumberedSender.start(flow.from.namespace, flow, 400, log)));
    const frames = ({ arrival, from, source, target }: (typeof flows)[number]) =>
      arrival.framesFrom(from, watchedSince).then((all) => {
        const addresses = Buffer.from([...ipv4Bytes(source), ...ipv4Bytes(target)]);
        return all.filter(({ bytes }) => bytes.subarray(26, 34).equals(addresses));
      });
    await until("a thousand packets of each flow came out", async () => {
      const counts = await Promise.all(flows.map(async (flow) => (await frames(flow)).length));
      return counts.every((count) => count >= 1000);
    });
    const sent = await Promise.all(senders.map((sender) => sender.stop()));
    for (const [n, flow] of flows.entries()) {
      const report = async () => numberedReport(sent[n] ?? 0, await frames(flow));
      await until("the last packet came out", async () => (await report()).lost.length === 0).catch(() => {});
      const { lost, doubled, overtaken } = await report();
      t.deepEqual(
        { lost, doubled, overtaken },
        { lost: [], doubled: [], overtaken: [] },
        `${flow.source} to ${flow.target}`,
      );
    }
  }),
);
