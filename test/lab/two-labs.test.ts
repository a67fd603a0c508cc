// Two appliances on one machine: neither knows of the other.
import test, { type ExecutionContext } from "ava";
import { Lab } from "../../lab/lab.ts";
import { homes, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { assertConserved } from "./conserved.ts";
import { Flow } from "./flow.ts";
import { packetProcess, successorOf } from "./packet-process.ts";

const [home] = homes;
const thresholds = [3, 5] as const;

/** Its zombie uses up its quota, and what the lab tells is its own. */
async function assertOwnBreach(t: ExecutionContext, lab: Lab, sessions: number): Promise<void> {
  const tries = sessions + 2;
  await (await lab.traffic.massMail("ipv4", tries)).ended;
  t.is((await lab.peers.mailFrom(zombie.ipv4)).sessions, sessions);
  const { fastPath, open } = await lab.appliance.status();
  t.deepEqual([open, fastPath?.counters.breaches, fastPath?.counters.sessions_refused], [1, 1, tries - sessions]);
  const breaches = await ask(daemonSocket(lab.appliance.runDirectory), { ask: "breaches", count: 10 });
  t.deepEqual(
    breaches.map(({ subscriber, name }) => [subscriber.address, name?.threshold]),
    [[zombie.ipv4, sessions]],
  );
}

test("two labs at once: each has its own quota, figures and breaches, and the end of one is nothing to the other", async (t) => {
  const start = (sessions: number) => Lab.start({ quota: { sessions, periodSeconds: 600 } });
  const [first, second] = await Promise.all([start(thresholds[0]), start(thresholds[1])]);
  try {
    await Promise.all([first.watch(), second.watch()]);
    await Promise.all([assertOwnBreach(t, first, thresholds[0]), assertOwnBreach(t, second, thresholds[1])]);
    const flow = await Flow.start(second, {
      direction: "upstream",
      subscriber: home,
      family: "ipv4",
      packetsPerSecond: 1000,
    });
    const more = async (packets: number) => {
      const goal = (await flow.arrived()) + packets;
      await until(`${packets} packets more came out`, async () => (await flow.arrived()) >= goal);
    };
    await more(500);
    const struck = await packetProcess(first.appliance);
    process.kill(struck ?? 0, "SIGKILL");
    await successorOf(first.appliance, struck);
    await more(500);
    await first.stop();
    await more(500);
    const { lost, doubled, overtaken } = await flow.stop();
    t.deepEqual({ lost, doubled, overtaken }, { lost: [], doubled: [], overtaken: [] });
    t.is((await second.appliance.status()).fastPath?.starts, 1);
    await assertConserved(t, second);
  } finally {
    await Promise.all([first.stop(), second.stop()]);
  }
});
