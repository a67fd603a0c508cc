// Several workers: a subscriber's packets come in at any of them, and his quota and his order are those of one.
import test from "ava";
import { families, homes, mail, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { linkStatus } from "./conserved.ts";
import { Flow } from "./flow.ts";
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
    const options = homes.flatMap((subscriber) =>
      families.flatMap((family) => [
        { direction: "upstream", subscriber, family, packetsPerSecond: 200 } as const,
        { direction: "downstream", subscriber, family, packetsPerSecond: 200 } as const,
      ]),
    );
    const flows = await Promise.all(options.map((each) => Flow.start(lab, each)));
    await until("500 packets of each flow came out", async () => {
      const counts = await Promise.all(flows.map((flow) => flow.arrived()));
      return counts.every((count) => count >= 500);
    });
    for (const flow of flows) {
      const { lost, doubled, overtaken } = await flow.stop();
      t.deepEqual({ lost, doubled, overtaken }, { lost: [], doubled: [], overtaken: [] }, flow.name);
    }
  }),
);
