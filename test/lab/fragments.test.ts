// Fragments between real kernels, and fragments made to hide a SYN.
import test from "ava";
import { missing } from "../../lab/capture.ts";
import type { Lab } from "../../lab/lab.ts";
import { type Family, families, homes, web } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { macBytes, u16 } from "../frames/bytes.ts";
import { etherTypes } from "../frames/ethernet.ts";
import { tcpDatagram, tcpFlags } from "../frames/ip.ts";
import { fragment } from "../frames/packings.ts";
import { linkStatus } from "./conserved.ts";
import { openFrames } from "./frames.ts";
import { inLab } from "./in-lab.ts";
import { passedOpenings, RawSubscriber } from "./raw-subscriber.ts";

const [home] = homes;
const quota = { sessions: 3, periodSeconds: 600 };
const hider = "10.30.94.111";
const server = "198.51.100.99";

/** An echo of more than two frames, each way; whether each came back whole. */
async function echoes(lab: Lab, family: Family, count: number): Promise<boolean> {
  const command = ["ping", "-q", "-i", "0.05", "-W", "5", "-c", String(count), "-s", "4000"];
  const { stdout } = await lab.site.subscribers.attempt([...command, "-I", home[family], web[family]]);
  return stdout.includes(` ${count} received`);
}

test(
  "two workers pass the fragments of large datagrams unchanged and in order, both ways",
  inLab({ size: { workers: 2 } }, async (t, lab) => {
    const count = 20;
    for (const family of families) t.true(await echoes(lab, family, count), family);
    const fragments = (await lab.appliance.status()).fastPath?.counters.fragments ?? 0;
    // Three frames a datagram, of which two are later ones.
    t.is(fragments, 2 * 2 * count * families.length);
    for (const [from, departure, arrival] of [
      [lab.edge.subscriberSide, lab.near, lab.far],
      [lab.edge.networkSide, lab.far, lab.near],
    ] as const) {
      const large = async (witness: typeof departure) =>
        (await witness.framesFrom(from, lab.watchedSince)).filter(({ bytes }) => bytes.length > 1000);
      const [sent, arrived] = [await large(departure), await large(arrival)];
      t.is(missing(sent, arrived).length, 0);
      t.deepEqual(
        arrived.map(({ bytes }) => bytes.toString("hex")),
        sent.map(({ bytes }) => bytes.toString("hex")),
      );
    }
  }),
);

/** A SYN in two fragments: the first shows the ports, the second the flags (RFC 1858 3.1). */
function hiddenOpening({ edge: { subscriberSide, networkSide } }: Lab, sourcePort: number): Buffer[] {
  const ends = { source: hider, sourcePort, target: server, targetPort: 25 };
  const datagram = tcpDatagram({ ...ends, sequence: sourcePort, flags: tcpFlags.syn });
  const pieces = [
    { offset: 0, length: 8 },
    { offset: 8, length: 12 },
  ];
  const ethernet = [...macBytes(networkSide.mac), ...macBytes(subscriberSide.mac), ...u16(etherTypes.ipv4)];
  return pieces.map((piece) => Buffer.from([...ethernet, ...fragment(datagram, piece, sourcePort)]));
}

test(
  "a SYN whose flags hide in a second fragment counts, and behind a quota both fragments are refused",
  inLab({ quota }, async (t, lab) => {
    const send = await openFrames(lab.edge.subscriberSide);
    const tries = quota.sessions + 2;
    for (let port = 1; port <= tries; port++) {
      for (const frame of hiddenOpening(lab, port)) t.is(await send(frame), "sent");
    }
    const subscriber = await RawSubscriber.join(lab, hider);
    await subscriber.openMail(tries + 1);
    const counters = async () => {
      const { fastPath } = await lab.appliance.status();
      return fastPath?.counters;
    };
    await until("every fragment was judged", async () => (await counters())?.evasive === 2 * tries);
    await subscriber.settle();
    t.like(await counters(), { sessions_refused: tries - quota.sessions + 1, breaches: 1 });
    t.is((await linkStatus(lab)).subscriber.dropped.evasive, 2 * (tries - quota.sessions));
    t.deepEqual(await passedOpenings(lab), []);
    const passed = await lab.far.count(`src host ${hider} and ip[6:2] & 0x3fff != 0`);
    t.is(passed, 2 * quota.sessions);
  }),
);
