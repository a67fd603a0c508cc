// Every frame that the appliance does not decide about comes out as it came in: byte for byte, in order, both ways.
// tcpdump is the witness; libpcap puts tags that the kernel took off a frame back where they were.
import test, { type ExecutionContext } from "ava";
import type { Lab } from "../../lab/lab.ts";
import { doubleTagged, oddFrames } from "../frames/odd.ts";
import { carry, directions, setMtu } from "./carry.ts";
import { openFrames } from "./frames.ts";
import { inLab } from "./in-lab.ts";

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
  "this kernel refuses to send, before the appliance could see it: more than its MTU, the first 8100 tag excepted",
  inLab({}, async (t, lab) => {
    for (const { from, to } of directions(lab)) {
      const send = await openFrames(from);
      const outcomes = [1514, 1515, 1518, 1522].map((length) => send(doubleTagged(from, to, length).bytes));
      t.deepEqual(await Promise.all(outcomes), ["sent", "EMSGSIZE", "EMSGSIZE", "EMSGSIZE"]);
    }
  }),
);
