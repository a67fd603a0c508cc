// A neighbour forges a subscriber's address: whether what he sends counts against the subscriber (`count established`, `attempts`).
import test, { type ExecutionContext } from "ava";
import type { Lab } from "../../lab/lab.ts";
import { exchangers, homes } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { macBytes, u16 } from "../frames/bytes.ts";
import { etherTypes } from "../frames/ethernet.ts";
import { ipv4Packet, tcpDatagram, tcpFlags } from "../frames/ip.ts";
import { openFrames } from "./frames.ts";
import { inLab } from "./in-lab.ts";
import { type SwaksEnding, swaks } from "./swaks.ts";
import { shortQuota } from "./zombie.ts";

const [victim] = homes;
const { sessions } = shortQuota;
const forged = 30;

/** Openings that the engine has judged, passed or refused. */
async function judged({ appliance }: Lab): Promise<number> {
  const { sessions_opened = 0, sessions_refused = 0 } = (await appliance.status()).fastPath?.counters ?? {};
  return sessions_opened + sessions_refused;
}

/** SYNs in the victim's name, each followed by an ACK of a SYN+ACK that its sender has not seen. */
async function flood(lab: Lab): Promise<void> {
  const { subscriberSide, networkSide } = lab.edge;
  const send = await openFrames(subscriberSide);
  const segment = (n: number, flags: number, sequence: number, acknowledgement = 0) => {
    const ends = { source: victim.ipv4, sourcePort: 10_000 + n, target: exchangers[0].ipv4, targetPort: 25 };
    const packet = ipv4Packet(tcpDatagram({ ...ends, flags, sequence, acknowledgement }));
    const header = [...macBytes(networkSide.mac), ...macBytes(subscriberSide.mac), ...u16(etherTypes.ipv4)];
    return Buffer.from([...header, ...packet]);
  };
  const before = await judged(lab);
  for (let n = 0; n < forged; n++) {
    await send(segment(n, tcpFlags.syn, 1000));
    await send(segment(n, tcpFlags.ack, 1001, 4711));
  }
  await until("every forged SYN is judged", async () => (await judged(lab)) >= before + forged);
}

async function mailsOf(t: ExecutionContext, lab: Lab, endings: readonly SwaksEnding[]): Promise<void> {
  for (const [n, ending] of endings.entries()) t.is(await swaks(lab, victim, "ipv4"), ending, `mail ${n + 1}`);
}

test(
  "count established: forged openings count nothing, the victim has his whole quota, and not more",
  inLab({ quota: { ...shortQuota, detector: "count established action report block reset" } }, async (t, lab) => {
    await flood(lab);
    await mailsOf(t, lab, [...Array<SwaksEnding>(sessions).fill("delivered"), "refused"]);
  }),
);

test(
  "count attempts: forged openings use up the victim's quota",
  inLab({ quota: { ...shortQuota, detector: "count attempts action report block reset" } }, async (t, lab) => {
    await flood(lab);
    await mailsOf(t, lab, ["refused"]);
  }),
);
