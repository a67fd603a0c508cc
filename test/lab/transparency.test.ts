// Every frame that the appliance does not decide about comes out as it came in: byte for byte, in order, both ways.
// tcpdump is the witness; libpcap puts tags that the kernel took off a frame back where they were.
import test, { type ExecutionContext } from "ava";
import type { Capture } from "../../lab/capture.ts";
import type { Port } from "../../lab/edge.ts";
import type { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/process.ts";
import { doubleTagged, type NamedFrame, oddFrames } from "../frames/odd.ts";
import { linkStatus } from "./conserved.ts";
import { openFrames } from "./frames.ts";
import { inLab } from "./in-lab.ts";

interface Direction {
  readonly name: string;
  readonly from: Port;
  readonly to: Port;
  /** The witness where the frames come out. */
  readonly arrival: Capture;
}

function directions({ edge: { subscriberSide, networkSide }, near, far }: Lab): Direction[] {
  return [
    { name: "from the subscribers", from: subscriberSide, to: networkSide, arrival: far },
    { name: "from the network", from: networkSide, to: subscriberSide, arrival: near },
  ];
}

/** Room on the interfaces for frames with a payload of `bytes`. */
async function setMtu({ edge }: Lab, bytes: number): Promise<void> {
  const ports = [edge.subscriberSide, edge.networkSide];
  await Promise.all(ports.map(({ namespace, device }) => namespace.ip([`link set dev ${device} mtu ${bytes}`])));
}

/** Sends the frames and returns the names of those that came out unchanged, in order; the last one must. */
async function carry(lab: Lab, { from, arrival }: Direction, frames: readonly NamedFrame[]): Promise<string[]> {
  const send = await openFrames(from);
  const outcomes = await Promise.all(frames.map(({ bytes }) => send(bytes)));
  const refused = frames.filter((_, n) => outcomes[n] !== "sent").map(({ name }) => name);
  if (refused.length > 0) throw new Error(`the kernel refused to send: ${refused.join("; ")}`);
  const names = new Map(frames.map(({ name, bytes }) => [bytes.toString("hex"), name]));
  const arrived = async () => {
    const seen = await arrival.framesFrom(from, lab.watchedSince);
    return seen.flatMap(({ bytes }) => names.get(bytes.toString("hex")) ?? []);
  };
  const last = frames.at(-1)?.name ?? "";
  await until(`"${last}" came out`, async () => (await arrived()).includes(last));
  return arrived();
}

async function assertTransparent(t: ExecutionContext, lab: Lab): Promise<void> {
  // To the kernel, tags other than one 8100 are payload.
  await setMtu(lab, 1508);
  const carried = directions(lab).map(async (direction) => {
    const frames = [...oddFrames(direction.from, direction.to), doubleTagged(direction.from, direction.to, 1522)];
    t.deepEqual(
      await carry(lab, direction, frames),
      frames.map(({ name }) => name),
      direction.name,
    );
  });
  await Promise.all(carried);
}

for (const linkMode of ["forwarding", "bypass"] as const) {
  test(
    `frames of every kind pass unchanged and in order, link mode ${linkMode}`,
    inLab({ linkMode }, assertTransparent),
  );
}

test(
  "a frame longer than the other port carries is dropped, counted, and holds up no other",
  inLab({}, async (t, lab) => {
    await setMtu(lab, 9216);
    const received = [1523, 2048];
    // Longer than a packet buffer: the driver gives it up.
    const missed = [2049, 9014];
    for (const direction of directions(lab)) {
      const { from, to } = direction;
      const longest = doubleTagged(from, to, 1522);
      const tooLong = [...received, ...missed].map((length) => doubleTagged(from, to, length));
      const names = await carry(lab, direction, [
        ...tooLong.flatMap((frame) => [frame, longest]),
        ...oddFrames(from, to),
      ]);
      const wanted = [...tooLong.map(() => longest), ...oddFrames(from, to)].map(({ name }) => name);
      t.deepEqual(names, wanted, direction.name);
    }
    // The driver is asked now and then, not at each frame.
    const told = async () => {
      const { subscriber, network } = await linkStatus(lab);
      return [subscriber, network].every((port) => port.missed === missed.length);
    };
    await until(`${missed.length} missed frames are told of each port`, told);
    const { subscriber, network } = await linkStatus(lab);
    t.is(subscriber.dropped.oversize, received.length);
    t.is(network.dropped.oversize, received.length);
  }),
);

test(
  "this kernel refuses to send, before the appliance could see it: more than its MTU, the first 8100 tag excepted",
  inLab({}, async (t, lab) => {
    for (const { from, to } of directions(lab)) {
      const send = await openFrames(from);
      const outcomes = [1514, 1515, 1518, 1522].map((length) => send(doubleTagged(from, to, length).bytes));
      t.deepEqual(await Promise.all(outcomes), ["sent", "EMSGSIZE", "EMSGSIZE", "EMSGSIZE"]);
    }
  }),
);
