// Ports on captures (pcap:): what one file holds comes out of the other port, and what comes in there goes into the other file.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { Capture, type Frame, readFrames } from "../../lab/capture.ts";
import { makeEdge, type Port } from "../../lab/edge.ts";
import { until } from "../../lab/process.ts";
import { Site } from "../../lab/site.ts";
import { doubleTagged, type NamedFrame, oddFrames } from "../frames/odd.ts";
import { pcapBytes } from "../frames/pcap.ts";
import { openFrames } from "./frames.ts";
import { packetProcess } from "./packet-process.ts";
import { fastPathProgram } from "./programs.ts";

const hex = (frames: readonly Pick<Frame, "bytes">[]) => frames.map(({ bytes }) => bytes.toString("hex"));

/** Frames of every kind, and longer ones than a packet buffer. */
function framesOf(from: Port, to: Port): NamedFrame[] {
  return [...oddFrames(from, to), ...[2048, 2049, 9014, 9216].map((length) => doubleTagged(from, to, length))];
}

test("a capture is played once, unchanged and in order, and afterwards the other side still gets through", async (t) => {
  const site = new Site();
  try {
    await site.start();
    const { subscriberSide, networkSide } = await makeEdge(site);
    await networkSide.namespace.ip(["link set dev net0 mtu 9300"]);
    const arrival = new Capture(networkSide, "untagged", site.directory);
    await arrival.start();

    const played = framesOf(subscriberSide, networkSide);
    const [input, output] = [join(site.directory, "in.pcap"), join(site.directory, "out.pcap")];
    await writeFile(input, pcapBytes(played.map(({ bytes }, n) => ({ bytes, timeNs: BigInt(n) * 1_000_000n }))));
    const supervisor = await site.box.start(
      "fast path",
      [
        ...[fastPathProgram, "--no-huge", "--run-dir", join(site.directory, "run")],
        ...["--link", `pcap:${input}:${output},tap:${networkSide.namespace.name}/${networkSide.device}`],
      ],
      { log: join(site.directory, "fastpath.log") },
    );
    const arrived = () => arrival.framesFrom(subscriberSide, 0);
    await until("every frame came out", async () => (await arrived()).length >= played.length, { part: supervisor });
    t.deepEqual(hex(await arrived()), hex(played));

    const pid = await packetProcess({ supervisor });
    const answers = framesOf(networkSide, subscriberSide);
    const send = await openFrames(networkSide);
    for (const { bytes } of answers) t.is(await send(bytes), "sent");
    const source = Buffer.from(networkSide.mac.replaceAll(":", ""), "hex");
    const written = async () => (await readFrames(output)).filter(({ bytes }) => bytes.subarray(6, 12).equals(source));
    const own = new Set(hex(answers));
    const wanted = async () => (await written()).filter(({ bytes }) => own.has(bytes.toString("hex")));
    await until("every answer was written", async () => (await wanted()).length >= answers.length, {
      part: supervisor,
    });
    t.deepEqual(hex(await wanted()), hex(answers));
    t.is((await arrived()).length, played.length, "it was played once");
    t.is(await packetProcess({ supervisor }), pid);
    await supervisor.stop();
  } finally {
    await site.stop();
  }
});
