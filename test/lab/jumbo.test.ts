// Frames longer than one packet buffer, on ports that have no limit of their own.
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { homes, web } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { doubleTagged, oddFrames } from "../frames/odd.ts";
import { carry, directions, setMtu } from "./carry.ts";
import { linkStatus } from "./conserved.ts";
import { inLab } from "./in-lab.ts";

/** With two tags; 2,048 bytes fill a packet buffer, 9,242 are 9,216 behind an Ethernet header and three tags. */
const lengths = [2047, 2048, 2049, 2100, 4096, 4097, 9014, 9018, 9022, 9216, 9242];
/** The first length that fills the whole chain of buffers: the kernel may have cut it. */
const cut = 10_240;

for (const workers of [1, 2, 3]) {
  test(
    `jumbo frames pass unchanged and in order, workers: ${workers}`,
    inLab({ size: { workers } }, async (t, lab) => {
      await setMtu(lab, 9300);
      for (const direction of directions(lab)) {
        const frame = (length: number) => doubleTagged(direction.from, direction.to, length);
        const long = lengths.map(frame);
        // Between short ones, and back to back.
        const frames = [...long.flatMap((each) => [each, frame(100)]), ...long, frame(101)];
        t.deepEqual(
          await carry(lab, direction, frames),
          frames.map(({ name }) => name),
          direction.name,
        );
      }
    }),
  );
}

test(
  "a frame longer than the chain of buffers is never cut short: it is missed, counted, and holds up no other",
  inLab({}, async (t, lab) => {
    await setMtu(lab, 12_000);
    for (const direction of directions(lab)) {
      const { from, to } = direction;
      const tooLong = [cut, cut + 1, 11_000].map((length) => doubleTagged(from, to, length));
      const longest = doubleTagged(from, to, cut - 1);
      const names = await carry(lab, direction, [
        ...tooLong.flatMap((frame) => [frame, longest]),
        ...oddFrames(from, to),
      ]);
      const wanted = [...tooLong.map(() => longest), ...oddFrames(from, to)].map(({ name }) => name);
      t.deepEqual(names, wanted, direction.name);
    }
    // The ports are looked at now and then, not at each frame.
    const told = async () => {
      const { subscriber, network } = await linkStatus(lab);
      return subscriber.missed === 3 && network.missed === 3;
    };
    await until("3 missed frames are told of each port", told);
  }),
);

for (const workers of [1, 2]) {
  test(
    `real clients talk in jumbo frames, workers: ${workers}`,
    inLab({ size: { workers } }, async (t, lab) => {
      await setMtu(lab, 9000);
      const page = randomBytes(8 << 20);
      await writeFile(join(lab.site.directory, "peers/www/page"), page);
      const copy = join(lab.site.directory, "copy");
      const { status, stderr } = await lab.site.subscribers.attempt([
        ...["curl", "--silent", "--show-error", "--max-time", "20", "--output", copy],
        ...["--interface", homes[0].ipv4, `http://${web.ipv4}/page`],
      ]);
      t.is(status, 0, stderr);
      t.true(page.equals(await readFile(copy)));
      t.true((await lab.near.count("tcp src port 80 and greater 9000")) > 100);
    }),
  );
}
