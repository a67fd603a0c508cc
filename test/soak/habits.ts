// What goes on in a soak, all of it at once and again and again until the end.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { configurationText } from "../../lab/configuration.ts";
import type { Lab } from "../../lab/lab.ts";
import { NumberedSender } from "../../lab/numbered.ts";
import { families, homes, web } from "../../lab/plan.ts";
import { attempt } from "../../lab/process.ts";
import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { macBytes, pattern, u16 } from "../frames/bytes.ts";
import { etherTypes, tag } from "../frames/ethernet.ts";
import { ipv4Packet, moreFragments, tcpDatagram, tcpFlags, udpDatagram } from "../frames/ip.ts";
import { oddFrames } from "../frames/odd.ts";
import { openFrames, type SendFrame } from "../lab/frames.ts";
import { commandProgram } from "../lab/programs.ts";

/** A server that is not there: nobody answers, resets or repeats. */
const server = "198.51.100.99";

/** One thing that goes on. */
export interface Habit {
  readonly name: string;
  /** Between two turns, in milliseconds. */
  readonly restMs: number;
  /** Gets ready; returns a turn. */
  prepare(lab: Lab): Promise<(signal: AbortSignal) => Promise<void>>;
}

/** Numbers that are random enough for who sends what, and the same in each run. */
function dice(): (sides: number) => number {
  let state = 20_261_122;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** While no process holds a port the kernel refuses frames; they are lost like those on the wire. */
const sendAll = async (send: SendFrame, frames: readonly Buffer[]) => {
  for (const frame of frames) await send(frame);
};

const zombies: Habit = {
  name: "the zombie mails over both families, is blocked, rests and is free again",
  restMs: 8000,
  async prepare({ traffic }) {
    return async (signal) => {
      const engines = await Promise.all(families.map((family) => traffic.massMail(family, 40)));
      const stop = () => void Promise.all(engines.map((engine) => engine.stop()));
      signal.addEventListener("abort", stop);
      await Promise.all(engines.map(({ ended }) => ended));
      signal.removeEventListener("abort", stop);
    };
  },
};

/** 50 newcomers a second, behind tags: as many subscribers as one likes. Every fifth mails. */
const newcomers: Habit = {
  name: "newcomers behind VLAN tags open one session each",
  restMs: 200,
  async prepare({ edge: { subscriberSide, networkSide } }) {
    const [send, roll] = [await openFrames(subscriberSide), dice()];
    const addresses = [...macBytes(networkSide.mac), ...macBytes(subscriberSide.mac)];
    const opening = () => {
      const ends = { source: `10.30.94.${100 + roll(150)}`, sourcePort: 1024 + roll(60_000), target: server };
      const segment = { ...ends, targetPort: roll(5) === 0 ? 25 : 80, sequence: roll(2 ** 31), flags: tcpFlags.syn };
      const rest = [...tag(etherTypes.customerTag, 1 + roll(4094)), ...u16(etherTypes.ipv4)];
      return Buffer.from([...addresses, ...rest, ...ipv4Packet(tcpDatagram(segment))]);
    };
    return () => sendAll(send, Array.from({ length: 10 }, opening));
  },
};

const odd: Habit = {
  name: "odd frames cross both ways",
  restMs: 5000,
  async prepare({ edge: { subscriberSide, networkSide } }) {
    const [up, down] = await Promise.all([openFrames(subscriberSide), openFrames(networkSide)]);
    const frames = (from: typeof subscriberSide, to: typeof subscriberSide) =>
      oddFrames(from, to).map(({ bytes }) => bytes);
    return async () => {
      await sendAll(up, frames(subscriberSide, networkSide));
      await sendAll(down, frames(networkSide, subscriberSide));
    };
  },
};

/** Whole datagrams in two, lone later fragments, and first fragments too short for TCP's flags. */
const fragments: Habit = {
  name: "fragments, among them some that hide a TCP header",
  restMs: 1000,
  async prepare({ edge: { subscriberSide, networkSide } }) {
    const send = await openFrames(subscriberSide);
    const header = [...macBytes(networkSide.mac), ...macBytes(subscriberSide.mac), ...u16(etherTypes.ipv4)];
    const ends = { source: homes[0].ipv4, sourcePort: 4000, target: server, targetPort: 9 };
    const udp = udpDatagram(ends, pattern(104));
    const tcp = tcpDatagram({ ...ends, targetPort: 80, sequence: 1, flags: tcpFlags.ack, data: pattern(100) });
    let id = 0;
    const frame = (datagram: typeof udp, from: number, to: number, fragment: number) =>
      Buffer.from([
        ...header,
        ...ipv4Packet({ ...datagram, payload: datagram.payload.slice(from, to) }, { id, fragment }),
      ]);
    return async () => {
      id = (id + 2) & 0xffff;
      await sendAll(send, [frame(udp, 0, 56, moreFragments), frame(udp, 56, 112, 7)]);
      id++;
      await sendAll(send, [frame(udp, 56, 112, 7), frame(tcp, 0, 8, moreFragments), frame(tcp, 8, 24, 1)]);
    };
  },
};

const reloads: Habit = {
  name: "the operator changes the quota",
  restMs: 7000,
  async prepare({ appliance }) {
    let turn = 0;
    return async () => {
      await appliance.writeConfiguration(soakConfiguration(quotas[turn++ % quotas.length]));
      // There may be no daemon just now; the next one reads the file.
      await ask(daemonSocket(appliance.runDirectory), { ask: "load" }).catch(() => {});
    };
  },
};

const captures: Habit = {
  name: "somebody captures packets, some seconds at a time",
  restMs: 5000,
  async prepare({ appliance: { runDirectory }, site }) {
    const file = join(site.directory, "soak.pcapng");
    const limits = ["--seconds", "4", "--count", "500", "--run-dir", runDirectory];
    return async () => {
      // Without a daemon there is none.
      await attempt([...commandProgram, "capture", file, ...limits]);
      await rm(file, { force: true });
    };
  },
};

export const habits: readonly Habit[] = [zombies, newcomers, odd, fragments, reloads, captures];

const quotas = [10, 8];

/** The lab's configuration with a short memory: quotas of 20 s, and subscribers forgotten after a minute. */
export function soakConfiguration(sessions = 10): string {
  return `${configurationText({ sessions, periodSeconds: 20 })} subscriber aging anonymous timeout 1\n`;
}

/** Takes its turns until `signal`. */
export async function live(habit: Habit, lab: Lab, signal: AbortSignal): Promise<void> {
  const turn = await habit.prepare(lab);
  while (!signal.aborted) {
    await turn(signal);
    await delay(habit.restMs, undefined, { signal }).catch(() => {});
  }
}

/** Steady flows both ways, until they are stopped. */
export function startFlows({ site, edge }: Lab, packetsPerSecond: number): Promise<NumberedSender[]> {
  const [home] = homes;
  const log = `${site.directory}/numbered.log`;
  const up = { source: home.ipv4, target: web.ipv4 };
  const down = { source: web.ipv6, target: home.ipv6 };
  return Promise.all([
    NumberedSender.start(edge.subscriberSide.namespace, up, packetsPerSecond, log),
    NumberedSender.start(edge.networkSide.namespace, down, packetsPerSecond, log),
  ]);
}
