// The packet process dies and is stopped fifty times under traffic and random operations: what it must not forget, and what others
// must not lose.
import test from "ava";
import type { Lab } from "../../lab/lab.ts";
import { type Arrival, NumberedSender, numberedArrivals } from "../../lab/numbered.ts";
import { exchangers, families, homes, web, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { withLab } from "./in-lab.ts";
import { silenceReport } from "./interruptions.ts";
import { Random } from "./random.ts";
import { type Blow, mostAllowed, Trial } from "./trial.ts";

const seed = 20_261_122;
const blows: Readonly<Record<Blow, number>> = { killed: 37, "killed, and its successor at the start": 3, stopped: 10 };
const numberedPerSecond = 500;

async function startNumbered(lab: Lab): Promise<NumberedSender> {
  const route = { source: homes[0].ipv4, target: web.ipv4 };
  const log = `${lab.site.directory}/numbered.log`;
  const sender = await NumberedSender.start(lab.site.subscribers, route, numberedPerSecond, log);
  await until("numbered packets pass", async () => (await arrivals(lab)).length > 0);
  return sender;
}

async function arrivals({ far, edge, watchedSince }: Lab): Promise<Arrival[]> {
  return numberedArrivals(await far.framesFrom(edge.subscriberSide, watchedSince));
}

test(
  "killed and stopped 50 times in the middle of random operations, the fast path goes on with what it knew",
  withLab({ quota: mostAllowed }, async (t, lab) => {
    const random = new Random(seed);
    const order = random.shuffled(Object.entries(blows).flatMap(([blow, times]) => Array(times).fill(blow) as Blow[]));
    await lab.watch();
    const trial = await Trial.start(lab, random);
    const sender = await startNumbered(lab);
    for (const [index, blow] of order.entries()) {
      t.deepEqual(await trial.blow(blow), [], `blow ${index + 1} of ${order.length}, ${blow}, seed ${seed}`);
    }
    t.deepEqual(await trial.end(), []);
    await sender.stop();
    for (const line of silenceReport(await arrivals(lab), trial.interruptions)) t.log(line);
    t.log(`${trial.uncertain} counts were open when a process died; ${trial.linesExchanged} lines were exchanged`);

    for (const family of families) {
      t.false(await lab.traffic.sendMail(zombie, family, exchangers[0], 1), `the zombie mails again over ${family}`);
      t.is((await lab.peers.mailFrom(zombie[family])).sessions, mostAllowed.sessions);
    }
  }),
);
