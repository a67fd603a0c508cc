// What each action does to a mass mailer, as his own programs and the servers see it: swaks and postfix's smtp-source, IPv4 and IPv6.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { opening } from "../../lab/capture.ts";
import type { Lab } from "../../lab/lab.ts";
import { type Family, families, homes, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import type { Framing } from "../../lab/tagger.ts";
import { linkStatus } from "./conserved.ts";
import { inLab } from "./in-lab.ts";
import { swaks } from "./swaks.ts";
import { shortQuota } from "./zombie.ts";

const { sessions } = shortQuota;
const engineTries = 20;
const swaksTries = 3;
const refusedTries = engineTries + swaksTries;

/** The zombie's engine, run to its end; how many of its attempts ended with these words of smtp-source's. */
async function massMail({ traffic, site }: Lab, family: Family, words: RegExp): Promise<number> {
  const engine = await traffic.massMail(family, engineTries);
  await engine.ended;
  const log = await readFile(join(site.directory, `engine-${family}.log`), "utf8");
  return log.split("\n").filter((line) => words.test(line)).length;
}

async function useUp(t: ExecutionContext, lab: Lab, family: Family): Promise<void> {
  for (let n = 1; n <= sessions; n++) t.is(await swaks(lab, zombie, family), "delivered", `${family}, mail ${n}`);
}

/** The SYNs of the zombie that the subscribers' side saw. */
const openings = (lab: Lab, family: Family) => lab.near.count(opening(zombie[family], 25));

test(
  "report: everything passes, and the breach is on record",
  inLab({ quota: { ...shortQuota, detector: "action report" } }, async (t, lab) => {
    for (const family of families) {
      await useUp(t, lab, family);
      t.is(await swaks(lab, zombie, family), "delivered");
      t.is(await massMail(lab, family, /./), 0, "the engine complains");
      t.is((await lab.peers.mailFrom(zombie[family])).mails, sessions + 1 + engineTries);
    }
    await until("the breaches are on record", async () => (await lab.appliance.status()).open === families.length);
  }),
);

test(
  "block: the quota passes, then the clients wait in vain; others mail on",
  inLab({ quota: { ...shortQuota, detector: "action block" } }, async (t, lab) => {
    for (const family of families) {
      await useUp(t, lab, family);
      const before = await openings(lab, family);
      t.is(await swaks(lab, zombie, family), "timed out");
      t.true((await openings(lab, family)) > before + 1, "the kernel did not repeat the SYN");
      await massMail(lab, family, /./);
      t.is((await lab.peers.mailFrom(zombie[family])).sessions, sessions);
      t.is(await swaks(lab, homes[0], family), "delivered");
    }
    t.is((await linkStatus(lab)).subscriber.injectedPackets, 0);
  }),
);

for (const framing of ["untagged", "802.1Q", "QinQ-PPPoE"] as const satisfies readonly Framing[]) {
  test(
    `reset, ${framing}: a refused client sees its connection refused at once, and sends no SYN again`,
    inLab({ framing, quota: { ...shortQuota, detector: "action report block reset" } }, async (t, lab) => {
      for (const family of families) {
        await useUp(t, lab, family);
        for (let n = 1; n <= swaksTries; n++) t.is(await swaks(lab, zombie, family), "refused");
        t.is(await massMail(lab, family, /: Connection refused$/), engineTries);
        t.is(await openings(lab, family), sessions + refusedTries, "a SYN was repeated");
        t.is((await lab.peers.mailFrom(zombie[family])).sessions, sessions);
        t.is(await swaks(lab, homes[0], family), "delivered");
      }
      const { subscriber, network } = await linkStatus(lab);
      t.is(subscriber.injectedPackets, families.length * refusedTries);
      t.is(subscriber.dropped.refused, families.length * refusedTries);
      t.deepEqual([subscriber.injectedLost, network.injectedPackets], [0, 0]);
    }),
  );
}
