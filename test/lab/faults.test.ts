// What is done when the machine has no more to give (docs/exhaustion.md): pretended, in the build that can be told to.
import test from "ava";
import type { Lab } from "../../lab/lab.ts";
import { families, homes } from "../../lab/plan.ts";
import { attempt, until } from "../../lab/process.ts";
import { linkStatus } from "./conserved.ts";
import { faultyFastPath } from "./faulty.ts";
import { Flow } from "./flow.ts";
import { inLab } from "./in-lab.ts";
import { fastPathProgram } from "./programs.ts";
import { assertBlocked, breach, mailsQuickly, shortQuota } from "./zombie.ts";

const alarms = [/found no packet buffer/, /the other port took no more/, /the worker that owns them has more/];

async function raised({ appliance }: Lab): Promise<RegExp[]> {
  const { alarms: told } = await appliance.status();
  return alarms.filter((words) => told.some((text) => words.test(text)));
}

/** Both ports together. */
async function losses(lab: Lab) {
  const { subscriber, network } = await linkStatus(lab);
  const sum = (reason: "transmit" | "handover_full") => subscriber.dropped[reason] + network.dropped[reason];
  return {
    starved: subscriber.starved + network.starved,
    missed: subscriber.missed + network.missed,
    transmit: sum("transmit"),
    handover: sum("handover_full"),
  };
}

const starvations = 50;
const ringsFull = 40;

test(
  "no packet buffers, a full hand-over ring, a port that takes nothing: counted, told and over; order and quotas stay",
  inLab(
    {
      quota: shortQuota,
      size: { workers: 2 },
      fastPath: faultyFastPath(`buffers@3000+${starvations}`, `handover@700+${ringsFull}`, "transmit@900+7"),
    },
    async (t, lab) => {
      const options = homes.flatMap((subscriber) =>
        families.flatMap((family) => [
          { direction: "upstream", subscriber, family, packetsPerSecond: 100 } as const,
          { direction: "downstream", subscriber, family, packetsPerSecond: 100 } as const,
        ]),
      );
      const flows = await Promise.all(options.map((each) => Flow.start(lab, each)));
      await until("every fault has struck, and is told", async () => (await raised(lab)).length === alarms.length);
      await until("the last one is over", async () => {
        const { starved, handover } = await losses(lab);
        return starved === starvations && handover === ringsFull;
      });
      let lost = 0;
      for (const flow of flows) {
        const report = await flow.stop();
        t.deepEqual([report.doubled, report.overtaken], [[], []], flow.name);
        lost += report.lost.length;
      }
      const { transmit, handover, missed } = await losses(lab);
      t.is(lost, transmit + handover, "what the flows lost is not what was counted");
      t.true(transmit >= 7, `${transmit} packets were not taken`);
      t.is(missed, 0);
      await breach(t, lab);
      await until("the alarms are over", async () => (await raised(lab)).length === 0, { timeoutSeconds: 70 });
      await assertBlocked(t, lab);
      t.is((await lab.appliance.status()).fastPath?.starts, 1, "the sanitizer ended the process; see its log");
      t.log(`lost: ${handover} with a full ring, ${transmit} not taken`);
    },
  ),
);

test(
  "resets that the port does not take are counted, and are not in the books of what was received",
  inLab(
    {
      quota: { ...shortQuota, detector: "action report block reset" },
      // More than it takes to breach a quota, and for good.
      fastPath: faultyFastPath("transmit@400+1000000"),
    },
    async (t, lab) => {
      const lost = async () => (await linkStatus(lab)).subscriber.injectedLost;
      await until(
        "resets are lost",
        async () => {
          await mailsQuickly(lab);
          return (await lost()) > 0;
        },
        { timeoutSeconds: 60 },
      );
      t.true((await linkStatus(lab)).subscriber.injectedPackets > 0, "none was sent before");
    },
  ),
);

test("the fast path that is built for use knows no --fault", async (t) => {
  const { status, stderr } = await attempt([fastPathProgram, "--fault", "transmit@1"]);
  t.is(status, 1);
  t.regex(stderr, /unrecognized option '--fault'/);
});
