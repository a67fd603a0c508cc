// Subscribers by name on real traffic: the quota is the person's, whatever addresses are his.
import test from "ava";
import type { Lab } from "../../lab/lab.ts";
import { type Family, type Host, homes, mail, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { inLab, withLab } from "./in-lab.ts";
import { packetProcess } from "./packet-process.ts";
import { typed, typedIn } from "./prompt.ts";

const quota = { sessions: 10, periodSeconds: 60 };

/** How long a refused client keeps trying. */
const patienceSeconds = 2;

const [first, second, third] = homes;

/** Types lines of the line card, in mode aware. */
function named(lab: Lab, ...lines: readonly string[]): Promise<string[]> {
  const all = ["configure terminal", "interface LineCard 0", "subscriber mode aware", ...lines, "end"];
  return typedIn(lab.appliance, all);
}

/** The /64 that a host of the plan has. */
const networkOf = ({ ipv6 }: Host) => `${ipv6.replace(/::.*/, "")}::/64`;

const sends = (lab: Lab, host: Host, family: Family) => lab.traffic.sendMail(host, family, mail, patienceSeconds);

const explained = async (lab: Lab, name: string) =>
  (await typed(lab.appliance, `explain subscriber name "${name}"`)).join("\n");

for (const workers of [1, 2]) {
  test(
    `${workers} worker${workers > 1 ? "s" : ""}: 6 sessions by IPv4 and 4 by IPv6 make the 10 of one name`,
    inLab({ quota, size: { workers } }, async (t, lab) => {
      await named(
        lab,
        'subscriber name "both"',
        `subscriber name "both" mapping ${first.ipv4}`,
        `subscriber name "both" mapping ${networkOf(first)}`,
      );
      for (let n = 0; n < 6; n++) t.true(await sends(lab, first, "ipv4"), `${n} by IPv4`);
      for (let n = 0; n < 4; n++) t.true(await sends(lab, first, "ipv6"), `${n} by IPv6`);
      t.false(await sends(lab, first, "ipv4"));
      t.false(await sends(lab, first, "ipv6"));
      t.true(await sends(lab, second, "ipv4"), "his neighbour without a name");
      await until("the breach is told", async () => (await explained(lab, "both")).includes("He is refused"));
      t.regex(await explained(lab, "both"), /10 sessions in 60 s were counted/);
    }),
  );
}

test(
  "who changes his address in mid-breach stays blocked, and the address's next owner is not",
  inLab({ quota }, async (t, lab) => {
    await named(lab, 'subscriber name "mover"', `subscriber name "mover" mapping ${first.ipv4}`);
    for (let n = 0; n < quota.sessions; n++) t.true(await sends(lab, first, "ipv4"), `${n}`);
    t.false(await sends(lab, first, "ipv4"));

    await named(
      lab,
      `no subscriber name "mover" mapping ${first.ipv4}`,
      'subscriber name "next"',
      `subscriber name "next" mapping ${first.ipv4}`,
      `subscriber name "mover" mapping ${second.ipv4}`,
    );
    t.false(await sends(lab, second, "ipv4"), "the mover at his new address");
    t.true(await sends(lab, first, "ipv4"), "the next owner of the old one");
    t.true(await sends(lab, third, "ipv4"), "somebody else");

    await typed(lab.appliance, 'release subscriber name "mover" reason he cleaned his machine');
    t.true(await sends(lab, second, "ipv4"), "the mover after his release");
  }),
);

test(
  "an exemption by name goes with him, and one of his addresses is exempt no more when it is another's",
  inLab({ quota: { ...quota, sessions: 2 } }, async (t, lab) => {
    await named(lab, 'subscriber name "relay"', `subscriber name "relay" mapping ${zombie.ipv4}`);
    await typed(lab.appliance, 'exempt subscriber name "relay" reason own mail server');
    for (let n = 0; n < 4; n++) t.true(await sends(lab, zombie, "ipv4"), `${n} of the exempt one`);
    await named(lab, 'subscriber name "other"', `subscriber name "other" mapping ${zombie.ipv4}`);
    for (let n = 0; n < 2; n++) t.true(await sends(lab, zombie, "ipv4"), `${n} of the other`);
    t.false(await sends(lab, zombie, "ipv4"));
  }),
);

test(
  "killed in mid-breach, the fast path and the daemon come back with the same name blocked",
  withLab({ quota }, async (t, lab) => {
    await named(lab, 'subscriber name "stays"', `subscriber name "stays" mapping ${first.ipv4}`);
    for (let n = 0; n < quota.sessions; n++) t.true(await sends(lab, first, "ipv4"), `${n}`);
    const { appliance } = lab;
    appliance.daemon.signal("SIGKILL");
    await appliance.daemon.ended;
    const pid = (await packetProcess(appliance)) ?? 0;
    process.kill(pid, "SIGKILL");
    await until("another follows", async () => ![pid, undefined].includes(await packetProcess(appliance)));
    await until("traffic passes again", () => lab.traffic.resolveName(first, "ipv4"));
    t.false(await sends(lab, first, "ipv4"));
    await appliance.startDaemon();
    await until("he is known by name", async () => (await explained(lab, "stays")).includes("He is refused"));
    t.false(await sends(lab, first, "ipv4"));
  }),
);
