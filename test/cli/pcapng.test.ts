// The blocks of a capture file, as tshark and capinfos read them.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { enhancedPacket, interfaceDescription, interfaceStatistics, sectionHeader } from "../../cli/program/pcapng.ts";

const run = promisify(execFile);

async function fileOf(t: ExecutionContext, blocks: readonly Buffer[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "postern-pcapng-"));
  t.teardown(() => rm(directory, { recursive: true }));
  const path = join(directory, "capture.pcapng");
  await writeFile(path, Buffer.concat(blocks));
  return path;
}

/** What tshark says of each packet, in these fields. */
async function fields(path: string, ...names: readonly string[]): Promise<string[][]> {
  const { stdout } = await run("tshark", ["-r", path, "-T", "fields", ...names.flatMap((name) => ["-e", name])]);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
}

const head = [
  sectionHeader("postern"),
  interfaceDescription("link 0 subscriber side", 1988),
  interfaceDescription("link 0 network side", 1988),
];

/** Of the local experimental EtherType, with a payload of so many bytes. */
function frame(payload: number): Buffer {
  const header = Buffer.from("ffffffffffff02000000000188b5", "hex");
  return Buffer.concat([header, Buffer.from(Array.from({ length: payload }, (_, byte) => byte & 0xff))]);
}

test("packets of every length come back with their time, port, direction, bytes and comment", async (t) => {
  const packets = [0, 1, 2, 3, 46, 1500].map((payload, index) => ({
    interface: index % 2,
    // Beyond 32 bits of microseconds.
    atUs: 1_795_347_000_123_456 + index,
    bytes: frame(payload),
    length: 14 + payload,
    comment: `refused: subscriber 10.30.94.66, ${"x".repeat(index)}`,
  }));
  const path = await fileOf(t, [...head, ...packets.map(enhancedPacket)]);
  const names = [
    "frame.time_epoch",
    "frame.interface_name",
    "frame.packet_flags_direction",
    "frame.len",
    "frame.comment",
  ];
  t.deepEqual(
    await fields(path, ...names),
    packets.map(({ interface: number, atUs, length, comment }) => [
      `${Math.floor(atUs / 1e6)}.${atUs % 1e6}000`,
      ["link 0 subscriber side", "link 0 network side"][number] ?? "",
      "0x00000001",
      `${length}`,
      comment,
    ]),
  );
  const { stdout } = await run("tshark", ["-r", path, "-x"]);
  const dumped = stdout
    .split(/\n\n/)
    .map((packet) => packet.replace(/^[0-9a-f]{4} {2}((?:[0-9a-f]{2} )+) .*$/gm, "$1"));
  t.deepEqual(
    dumped.filter(Boolean).map((text) => text.replace(/\s/g, "")),
    packets.map(({ bytes }) => bytes.toString("hex")),
  );
});

test("a packet that was cut has its length on the wire", async (t) => {
  const packet = { interface: 0, atUs: 1e15, bytes: frame(50), length: 9014, comment: "forwarded: tcp" };
  const path = await fileOf(t, [...head, enhancedPacket(packet)]);
  t.deepEqual(await fields(path, "frame.len", "frame.cap_len"), [["9014", "64"]]);
});

test("the end says what is missing, and a file without packets is one too", async (t) => {
  const path = await fileOf(t, [...head, interfaceStatistics(0, 1e15, 7, "7 matching packets were lost.")]);
  const { stdout } = await run("capinfos", ["-M", path]);
  t.regex(stdout, /Number of packets: +0\n/);
  t.regex(stdout, /Capture application: +postern\n/);
  t.regex(stdout, /Name = link 0 network side\n/);
  t.regex(stdout, /Number of stat entries = 1\n/);
});
