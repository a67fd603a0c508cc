// A session that is open when its subscriber's breach is declared: it is cut, and both ends are told, or it goes on.
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Lab } from "../../lab/lab.ts";
import { exchangers, type Family, families, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { linkStatus } from "./conserved.ts";
import { Dialogue } from "./dialogue.ts";
import { inLab } from "./in-lab.ts";
import { type SwaksEnding, swaks } from "./swaks.ts";
import { shortQuota } from "./zombie.ts";

const program = join(import.meta.dirname, "long-mail.py");

/** A mail under way: each "more" sends a piece of it. */
async function beginMail(t: ExecutionContext, { site }: Lab, family: Family): Promise<Dialogue> {
  const command = ["/usr/bin/python3", program, zombie[family], exchangers[0][family]];
  const mail = await Dialogue.start(site.subscribers, command);
  t.is(await mail.say("begin"), "sent");
  t.is(await mail.say("more"), "sent");
  return mail;
}

/** Connections of the zombie that the servers have open. */
async function openAtServers({ site }: Lab, family: Family): Promise<number> {
  const client = family === "ipv6" ? `[${zombie.ipv6}]` : zombie.ipv4;
  const filter = ["state", "established", "dst", client, "sport", "=", ":25"];
  const sockets = await site.network.run(["ss", "-Htn", ...filter]);
  return sockets.split("\n").length - 1;
}

/** He declares his breach with mails beside the one under way; the last of them is cut too, if open sessions are. */
async function breach(t: ExecutionContext, lab: Lab, family: Family, last: SwaksEnding): Promise<void> {
  for (let n = 2; n < shortQuota.sessions; n++) t.is(await swaks(lab, zombie, family), "delivered");
  t.is(await swaks(lab, zombie, family), last);
  t.is(await swaks(lab, zombie, family), "refused");
}

test(
  "cut and reset-both: a long mail that is under way at the breach ends at the client and at the server",
  inLab({ quota: { ...shortQuota, detector: "action report block reset-both cut" } }, async (t, lab) => {
    for (const family of families) {
      const mail = await beginMail(t, lab, family);
      t.is(await openAtServers(lab, family), 1);
      await breach(t, lab, family, "refused");
      let said = "";
      await until("the client is told", async () => {
        said = await mail.say("more");
        return said !== "sent";
      });
      t.regex(said, /Connection reset by peer/);
      await until("the server is told", async () => (await openAtServers(lab, family)) === 0);
      await mail.stop();
    }
    const { network } = await linkStatus(lab);
    t.true(network.injectedPackets >= families.length, `${network.injectedPackets} resets to the servers`);
  }),
);

test(
  "without cut, what is open at the breach goes on, whatever is done to new sessions",
  inLab({ quota: { ...shortQuota, detector: "action report block reset-both" } }, async (t, lab) => {
    for (const family of families) {
      const mail = await beginMail(t, lab, family);
      await breach(t, lab, family, "delivered");
      for (let n = 0; n < 50; n++) t.is(await mail.say("more"), "sent");
      t.is(await openAtServers(lab, family), 1);
      await mail.stop();
    }
    t.is((await linkStatus(lab)).network.injectedPackets, 0);
  }),
);
