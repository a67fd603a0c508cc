// Floods on tables too small for them (docs/exhaustion.md), while somebody else lives his everyday life.
import test, { type ExecutionContext } from "ava";
import type { Lab } from "../../lab/lab.ts";
import { homes, mail, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { macBytes, u16 } from "../frames/bytes.ts";
import { etherTypes, tag } from "../frames/ethernet.ts";
import { ipv4Packet, tcpDatagram, tcpFlags } from "../frames/ip.ts";
import { Flow } from "./flow.ts";
import { openFrames } from "./frames.ts";
import { inLab } from "./in-lab.ts";
import { passedOpenings } from "./raw-subscriber.ts";
import { shortQuota } from "./zombie.ts";

const [home, neighbour = home] = homes;
const size = { sessions: 512, subscribers: 64, watches: 32, detectors: 8 };
const flooded = 8000;
/** Frames that the sender has under way: fewer than the port's queue holds. */
const batch = 200;

/** The opening of number `n` of a flood, in a frame within these tags. */
function opening({ edge }: Lab, source: string, n: number, tags: readonly number[] = []): Buffer {
  const ends = { source, target: `198.51.100.${n % 256}`, sourcePort: 1024 + (n % 60_000), targetPort: 25 };
  const packet = ipv4Packet(tcpDatagram({ ...ends, sequence: n, flags: tcpFlags.syn }));
  const { subscriberSide, networkSide } = edge;
  return Buffer.from([
    ...[...macBytes(networkSide.mac), ...macBytes(subscriberSide.mac)],
    ...[...tags, ...u16(etherTypes.ipv4), ...packet],
  ]);
}

const floods: Readonly<Record<string, (lab: Lab, n: number) => Buffer>> = {
  "a SYN flood from one subscriber": (lab, n) => opening(lab, zombie.ipv4, n),
  "a flood from random sources": (lab, n) =>
    opening(lab, `10.30.94.${100 + (n % 100)}`, n, tag(etherTypes.customerTag, 1 + (n % 4000))),
};

async function flood(lab: Lab, frameOf: (lab: Lab, n: number) => Buffer): Promise<void> {
  const send = await openFrames(lab.edge.subscriberSide);
  for (let n = 0; n < flooded; n += batch) {
    const frames = Array.from({ length: batch }, (_, i) => frameOf(lab, n + i));
    const outcomes = await Promise.all(frames.map(send));
    const refused = outcomes.find((outcome) => outcome !== "sent");
    if (refused !== undefined) throw new Error(`the kernel refused a frame: ${refused}`);
  }
}

/** He has opened all sessions of his quota but one: the last passes and the next is refused. */
async function assertQuotaIsExact(t: ExecutionContext, { traffic, peers }: Lab): Promise<void> {
  t.true(await traffic.sendMail(neighbour, "ipv4"), "the last session of his quota");
  t.false(await traffic.sendMail(neighbour, "ipv4", mail, 1), "one session more");
  t.is((await peers.mailFrom(neighbour.ipv4)).sessions, shortQuota.sessions);
}

async function assertAlarms(t: ExecutionContext, { appliance }: Lab, words: readonly RegExp[]): Promise<void> {
  const told = async () => (await appliance.status()).alarms.join("\n");
  await until("its alarms are up", async () => {
    const text = await told();
    return words.every((each) => each.test(text));
  });
  t.log(await told());
}

async function liveThrough(t: ExecutionContext, lab: Lab, name: string): Promise<void> {
  for (let n = 1; n < shortQuota.sessions; n++) t.true(await lab.traffic.sendMail(neighbour, "ipv4"));
  const flow = await Flow.start(lab, {
    direction: "upstream",
    subscriber: home,
    family: "ipv4",
    packetsPerSecond: 500,
  });
  const frameOf = floods[name];
  if (!frameOf) throw new Error(`there is no ${name}`);
  await flood(lab, frameOf);
  t.true(await lab.traffic.fetchPage(home, "ipv4"), "a page");
  await assertQuotaIsExact(t, lab);
  const { departed, lost, doubled, overtaken } = await flow.stop();
  t.deepEqual({ lost, doubled, overtaken }, { lost: [], doubled: [], overtaken: [] });
  t.true(departed.length > 100);
}

test(
  "a SYN flood from one subscriber uses up his own quota and takes nothing from another",
  inLab({ quota: shortQuota, size }, async (t, lab) => {
    await liveThrough(t, lab, "a SYN flood from one subscriber");
    const passed = (await passedOpenings(lab)).filter(({ source }) => source === zombie.ipv4);
    t.is(passed.length, shortQuota.sessions);
    const { counters } = (await lab.appliance.status()).fastPath ?? {};
    // The zombie's, and the one more of the neighbour's.
    t.true((counters?.sessions_refused ?? 0) >= flooded - shortQuota.sessions);
    t.is(counters?.session_table_full, 0);
    await assertAlarms(t, lab, [/^The session table is crowded/m, /^Subscribers who are blocked flood/m]);
  }),
);

test(
  "a flood from random sources displaces its own and takes nothing from another",
  inLab({ quota: shortQuota, size }, async (t, lab) => {
    await liveThrough(t, lab, "a flood from random sources");
    const { counters, tables } = (await lab.appliance.status()).fastPath ?? {};
    t.is(tables?.subscribers.used, size.subscribers);
    t.true((counters?.subscriber_table_full ?? 0) > flooded / 2);
    t.true((counters?.watch_pool_full ?? 0) > flooded / 2);
    await assertAlarms(t, lab, [/^No subscriber record is free/m, /^No watch is free/m]);
  }),
);
