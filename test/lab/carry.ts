// Frames made by hand, carried through the appliance from port to port.
import type { Capture } from "../../lab/capture.ts";
import type { Port } from "../../lab/edge.ts";
import type { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/process.ts";
import type { NamedFrame } from "../frames/odd.ts";
import { openFrames } from "./frames.ts";

export interface Direction {
  readonly name: string;
  readonly from: Port;
  readonly to: Port;
  /** The witness where the frames come out. */
  readonly arrival: Capture;
}

export function directions({ edge: { subscriberSide, networkSide }, near, far }: Lab): Direction[] {
  return [
    { name: "from the subscribers", from: subscriberSide, to: networkSide, arrival: far },
    { name: "from the network", from: networkSide, to: subscriberSide, arrival: near },
  ];
}

/** Room on the interfaces for frames with a payload of `bytes`. */
export async function setMtu({ edge }: Lab, bytes: number): Promise<void> {
  const ports = [edge.subscriberSide, edge.networkSide];
  await Promise.all(ports.map(({ namespace, device }) => namespace.ip([`link set dev ${device} mtu ${bytes}`])));
}

/** Sends the frames and returns the names of those that came out unchanged, in order; the last one must, and is like no other. */
export async function carry(lab: Lab, { from, arrival }: Direction, frames: readonly NamedFrame[]): Promise<string[]> {
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
