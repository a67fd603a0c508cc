// What the link modes and a re-read configuration mean on the wire, under traffic.
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { missing } from "../../lab/capture.ts";
import { configurationText } from "../../lab/configuration.ts";
import type { Lab } from "../../lab/lab.ts";
import { type Host, homes, mail, zombie } from "../../lab/plan.ts";
import { attempt, type Outcome, until } from "../../lab/process.ts";
import type { LinkMode } from "../../mgmt/config/sections/links.ts";
import { linkStatus, settledBooks } from "./conserved.ts";
import { Flow } from "./flow.ts";
import { inLab } from "./in-lab.ts";

const [home] = homes;
/** A period that no test outlasts. */
const quota = { sessions: 3, periodSeconds: 60 };
/** How long a client that gets no answer keeps trying. */
const patienceSeconds = 1;

/** `postern load`, as an operator types it. */
function load({ appliance }: Lab): Promise<Outcome> {
  return attempt([join(import.meta.dirname, "../../postern"), "load", "--run-dir", appliance.runDirectory]);
}

/** Gives the appliance a configuration by its command; returns when the fast path obeys it. */
async function setMode(lab: Lab, linkMode: LinkMode): Promise<void> {
  await lab.appliance.writeConfiguration(configurationText(quota, linkMode));
  const { status, stderr } = await load(lab);
  if (status !== 0) throw new Error(`load failed: ${stderr}`);
}

/** Gives the appliance a configuration by SIGHUP; returns when the daemon says that the fast path obeys it. */
async function setModeBySignal(lab: Lab, linkMode: LinkMode): Promise<void> {
  await lab.appliance.writeConfiguration(configurationText(quota, linkMode));
  lab.appliance.daemon.signal("SIGHUP");
  await until(`link mode ${linkMode} is in force`, async () => (await linkStatus(lab)).mode === linkMode);
}

/** Sends mails, one session after another; each must be delivered. */
async function assertDelivered(t: ExecutionContext, { traffic }: Lab, from: Host, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) t.true(await traffic.sendMail(from, "ipv4"), `mail ${n} of ${from.name}`);
}

async function assertRefused(t: ExecutionContext, { traffic }: Lab, from: Host): Promise<void> {
  t.false(await traffic.sendMail(from, "ipv4", mail, patienceSeconds), `one mail more of ${from.name}`);
}

/** Ends the flow; of its packets those were lost that came while the link was cut off, and no others. */
async function assertCutOnce(t: ExecutionContext, flow: Flow): Promise<void> {
  const { departed, lost, doubled, overtaken } = await flow.stop();
  t.deepEqual({ doubled, overtaken }, { doubled: [], overtaken: [] }, flow.name);
  const [first] = lost;
  if (first === undefined) return t.fail(`nothing was cut off from ${flow.name}`);
  const at = departed.indexOf(first);
  t.deepEqual(lost, departed.slice(at, at + lost.length));
}

/** Frames of any kind that went in by this port since the witnesses started, and did not come out. */
async function framesLost({ watchedSince }: Lab, { from, departure, arrival }: Flow): Promise<number> {
  const [sent, arrived] = [
    await departure.framesFrom(from, watchedSince),
    await arrival.framesFrom(from, watchedSince),
  ];
  return missing(sent, arrived).length;
}

test(
  "bypass judges nothing, cutoff passes nothing, and back in forwarding the count goes on, under traffic",
  inLab({ quota }, async (t, lab) => {
    const flow = { subscriber: home, family: "ipv4", packetsPerSecond: 1000 } as const;
    const up = await Flow.start(lab, { direction: "upstream", ...flow });
    const down = await Flow.start(lab, { direction: "downstream", ...flow });
    await assertDelivered(t, lab, zombie, quota.sessions);
    await assertRefused(t, lab, zombie);

    await setMode(lab, "bypass");
    await assertDelivered(t, lab, zombie, 3 * quota.sessions);

    await setModeBySignal(lab, "forwarding");
    await assertRefused(t, lab, zombie);
    await assertDelivered(t, lab, home, quota.sessions);
    await assertRefused(t, lab, home);

    await setMode(lab, "cutoff");
    t.false(await lab.traffic.fetchPage(zombie, "ipv4", patienceSeconds));

    await setModeBySignal(lab, "forwarding");
    t.true(await lab.traffic.fetchPage(zombie, "ipv4"));
    await assertRefused(t, lab, zombie);

    await assertCutOnce(t, up);
    await assertCutOnce(t, down);
    const { subscriber, network } = (await settledBooks(lab)).link;
    t.is(await framesLost(lab, up), subscriber.dropped.cutoff + subscriber.dropped.refused);
    t.is(await framesLost(lab, down), network.dropped.cutoff);
    t.log(
      `cut off: ${subscriber.dropped.cutoff} frames from the subscribers, ${network.dropped.cutoff} from the network`,
    );
  }),
);

test(
  "a refused configuration file leaves the old policy in force on the wire",
  inLab({ quota }, async (t, lab) => {
    await assertDelivered(t, lab, zombie, 1);
    const before = (await lab.appliance.status()).fastPath;
    const stricter = configurationText({ ...quota, sessions: 1 }, "cutoff");
    await lab.appliance.writeConfiguration(stricter.replace(/end\n$/, " link mood all-links bypass\nend\n"));
    const { status, stdout } = await load(lab);
    t.is(status, 1);
    t.regex(stdout, /link mood/);
    await assertDelivered(t, lab, zombie, quota.sessions - 1);
    await assertRefused(t, lab, zombie);
    const after = (await lab.appliance.status()).fastPath;
    t.is(after?.policyGeneration, before?.policyGeneration);
    t.is(after?.policyRevision, before?.policyRevision);
  }),
);
