// RADIUS accounting on real traffic: who logs in is counted by his name, by whatever addresses, until he logs out.
import test from "ava";
import type { Lab } from "../../lab/lab.ts";
import { type Family, homes, mail } from "../../lab/plan.ts";
import { inLab } from "./in-lab.ts";
import { typed } from "./prompt.ts";

const KEY = "a-key-of-this-test";

const options = {
  quota: {
    ...{ sessions: 10, periodSeconds: 60 },
    lineCard: [
      "subscriber mode aware",
      "subscriber LEG radius-accounting",
      `subscriber LEG radius-accounting client 127.0.0.1 key "${KEY}"`,
    ],
  },
} as const;

/** How long a refused client keeps trying. */
const patienceSeconds = 2;

const [first, second] = homes;

/** What a NAS tells of a session, by radclient; rejects unless it is answered. */
async function tells(lab: Lab, status: "Start" | "Stop", session: string, ...attributes: string[]): Promise<void> {
  const told = [`Acct-Status-Type = ${status}`, `Acct-Session-Id = "${session}"`, 'User-Name = "alice"', ...attributes];
  const request = [...told, 'NAS-Identifier = "bras-1"'].join(", ");
  const command = ["radclient", "-r", "3", "-t", "3", "127.0.0.1:1813", "acct", KEY];
  await lab.site.box.run(command, { input: `${request}\n` });
}

test(
  "a login's addresses of both families are one quota; who logs in elsewhere is still blocked, and his old address is not",
  inLab(options, async (t, lab) => {
    const sends = (host: typeof first, family: Family) => lab.traffic.sendMail(host, family, mail, patienceSeconds);
    const network = first.ipv6.replace(/::.*/, "::/64");
    await tells(lab, "Start", "1", `Framed-IP-Address = ${first.ipv4}`, `Framed-IPv6-Prefix = ${network}`);
    for (let n = 0; n < 6; n++) t.true(await sends(first, "ipv4"), `${n} by IPv4`);
    for (let n = 0; n < 4; n++) t.true(await sends(first, "ipv6"), `${n} by IPv6`);
    t.false(await sends(first, "ipv4"));
    t.regex((await typed(lab.appliance, "show mass-mailing")).join("\n"), / alice +10 sessions/);

    await tells(lab, "Stop", "1");
    await tells(lab, "Start", "2", `Framed-IP-Address = ${second.ipv4}`);
    t.true(await sends(first, "ipv4"), "the next one who has his old address");
    t.false(await sends(second, "ipv4"), "alice at her new address");
  }),
);
