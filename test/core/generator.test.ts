// The capture generator against tshark: what it makes is what was asked for, right to the checksums. generated.test.ts gives it to the engine.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { isIpv6, protocols } from "../frames/ip.ts";
import { type CapturedFrame, pcapBytes } from "../frames/pcap.ts";
import { framesOf, type Scene } from "./generator/capture.ts";
import type { Host } from "./generator/conversation.ts";
import { evasionCases } from "./generator/evasion-cases.ts";
import { framings, type NamedFraming } from "./generator/framings.ts";
import { quotaScenes } from "./generator/quota-scenes.ts";
import { subscriberCases } from "./generator/subscriber-cases.ts";
import { complaints, type ReadFrame, readFrames } from "./generator/tshark.ts";
import { temporaryDirectory } from "./regions.ts";

/** A conversation as both sides of the comparison tell it. */
interface Told {
  readonly client: string;
  readonly server: string;
  readonly subject: string;
  readonly commands: string;
  readonly codes: string;
}

const endText = ({ address, port }: Pick<Host, "address" | "port">) => `${address} ${port}`;

function asked({ name, conversation }: Scene): Told {
  return {
    client: endText(conversation.client),
    server: endText(conversation.server),
    subject: name,
    commands: "EHLO MAIL RCPT DATA QUIT",
    codes: "220 250 250 250 354 250 221",
  };
}

function seen(frames: readonly ReadFrame[], family: "IPv4" | "IPv6"): Told[] {
  const ip = family === "IPv4" ? "ip" : "ipv6";
  const streams = Map.groupBy(frames, (frame) => frame["tcp.stream"]);
  streams.delete("");
  return [...streams.values()].map((stream) => {
    const [first] = stream as [ReadFrame];
    const all = (field: keyof ReadFrame) => stream.map((frame) => frame[field]).filter((text) => text !== "");
    return {
      client: `${first[`${ip}.src`]} ${first["tcp.srcport"]}`,
      server: `${first[`${ip}.dst`]} ${first["tcp.dstport"]}`,
      subject: all("imf.subject").join(" "),
      commands: all("smtp.req.command").join(" "),
      codes: all("smtp.response.code").join(" "),
    };
  });
}

interface Turn {
  readonly framing: NamedFraming;
  readonly scenes: readonly Scene[];
}

const turns = framings.map(
  (framing, turn): Turn => ({
    framing,
    scenes: quotaScenes(framing, turn).toSorted((a, b) => a.atSeconds - b.atSeconds),
  }),
);

/** Every framing has a turn in one of two captures: tshark takes half a second to start. */
const captures = { microsecond: turns.slice(0, 40), nanosecond: turns.slice(40) };

/** As tshark writes it, in seconds. */
const timeText = (timeNs: bigint) => `${timeNs}`.replace(/(?=.{9}$)/, ".");

for (const [resolution, turns] of Object.entries(captures) as [keyof typeof captures, Turn[]][]) {
  test(`tshark reads what was generated, in ${resolution}s, and complains of nothing`, async (t) => {
    const frames = framesOf(turns.flatMap(({ scenes }) => scenes));
    const read = await readBack(t, frames, resolution);
    t.deepEqual(complaints(read), []);
    t.deepEqual(
      read.map((frame) => frame["frame.time_epoch"]),
      frames.map(({ timeNs }) => timeText(timeNs)),
    );
    let begin = 0;
    for (const turn of turns) {
      const end = begin + framesOf(turn.scenes).length;
      assertTurn(t, read.slice(begin, end), turn);
      begin = end;
    }
  });
}

async function readBack(
  t: ExecutionContext,
  frames: readonly CapturedFrame[],
  resolution: keyof typeof captures = "microsecond",
): Promise<ReadFrame[]> {
  const path = join(await temporaryDirectory(t), "generated.pcap");
  await writeFile(path, pcapBytes(frames, { resolution }));
  return readFrames(path);
}

test("tshark reads the sessions of several framings", async (t) => {
  const scenes = subscriberCases.flatMap((subscriberCase) => subscriberCase.scenes);
  const read = await readBack(t, framesOf(scenes));
  t.deepEqual(complaints(read), []);
  const [ipv6, ipv4] = partition(scenes, ({ conversation }) => isIpv6(conversation.client.address));
  const [ipv6Read, ipv4Read] = partition(read, (frame) => frame["ipv6.src"] !== "");
  t.deepEqual(seen(ipv4Read, "IPv4"), ipv4.map(asked));
  t.deepEqual(seen(ipv6Read, "IPv6"), ipv6.map(asked));
});

function partition<T>(all: readonly T[], chosen: (one: T) => boolean): readonly [T[], T[]] {
  return [all.filter(chosen), all.filter((one) => !chosen(one))];
}

test("tshark puts hidden openings together, and complains only of overlaid flags", async (t) => {
  for (const { name, scenes } of evasionCases) {
    const read = await readBack(t, framesOf(scenes));
    const overlaid = name.startsWith("flags overlaid");
    const syns = read.filter((frame) => frame["tcp.flags.str"].endsWith("S\u00b7"));
    t.is(syns.length, overlaid ? 10 : 12, name);
    t.is(complaints(read).length, overlaid ? 2 : 0, name);
  }
});

function assertTurn(
  t: ExecutionContext,
  read: readonly ReadFrame[],
  { framing: { name, family }, scenes }: Turn,
): void {
  const mails = scenes.filter(({ conversation }) => conversation.protocol === protocols.tcp);
  t.deepEqual(seen(read, family), mails.map(asked), name);
  const lookups = read.filter((frame) => frame["dns.qry.type"] === "15");
  const answers = lookups.map((frame) => frame["dns.count.answers"]);
  t.deepEqual(answers, ["0", "40"], name);
  t.is(lookups[1]?.["dns.mx.mail_exchange"].split(",").length, 40, name);
}
