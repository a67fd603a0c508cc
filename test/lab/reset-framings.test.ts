// Resets in every framing that mail can come in, as tshark reads them: ports on captures, one client's segments in each framing.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { readFrames } from "../../lab/capture.ts";
import type { Part } from "../../lab/process.ts";
import { until } from "../../lab/process.ts";
import { Site } from "../../lab/site.ts";
import { Attachment } from "../../mgmt/engine/attachment.ts";
import { sendBatch } from "../../mgmt/engine/control_client.ts";
import { framesOf, type Scene } from "../core/generator/capture.ts";
import { mail } from "../core/generator/conversation.ts";
import { framings, type NamedFraming } from "../core/generator/framings.ts";
import { addresses } from "../core/generator/quota-scenes.ts";
import { complaints, readFields } from "../core/generator/tshark.ts";
import { policyOf } from "../core/policies.ts";
import { pcapBytes } from "../frames/pcap.ts";
import { fastPathProgram } from "./programs.ts";

/** The first mail of a subscriber passes, everything of his others is refused. */
const configuration = `
package 0
 mass-mailing service smtp-outbound
  detect sessions 1 period 600 action report block reset-both
service smtp-outbound
 protocol tcp port 25
 initiator subscriber
interface LineCard 0
 subscriber anonymous-group name "homes" IP-range 10.30.94.0/24
 subscriber anonymous-group name "homes-ipv6" IP-range 2001:db8:94::/48
`;

/** Two mails in each framing. */
const scenes = framings.flatMap((framing, turn) => [1, 2].map((n) => mailing(framing, turn, n)));

function mailing(framing: NamedFraming, turn: number, n: number): Scene {
  const { zombie, server } = addresses[framing.family];
  const client = { side: "subscriber", address: zombie, port: 10_000 + 10 * turn + n } as const;
  const conversation = mail(client, { side: "network", address: server, port: 25 }, { subject: framing.name });
  return { name: framing.name, atSeconds: 10 * turn + n, framing, conversation };
}

const subscriberMac = "020000000001";
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
/** What the client sends; the server's half is not played. */
const sent = framesOf(scenes).filter(({ bytes }) => hex(bytes.subarray(6, 12)) === subscriberMac);

const fields = [
  ...(["frame.number", "frame.protocols", "eth.src", "eth.dst"] as const),
  ...(["vlan.id", "ieee8021ad.id", "pppoe.session_id"] as const),
  ...(["ip.src", "ip.dst", "ip.flags.mf", "ip.frag_offset", "ipv6.src", "ipv6.dst", "ipv6.fraghdr.more"] as const),
  ...(["tcp.srcport", "tcp.dstport", "tcp.flags", "tcp.seq_raw", "tcp.ack_raw"] as const),
  ...(["_ws.expert.severity", "_ws.expert.message"] as const),
] as const;
/** A frame by itself: nothing is put together, nothing is missed. */
const alone = ["tcp.analyze_sequence_numbers", "ip.defragment", "ipv6.defragment"].flatMap((option) => [
  ...["-o", `${option}:FALSE`],
]);
const read = (path: string) => readFields(path, fields, alone);
type Read = Awaited<ReturnType<typeof read>>[number];

const rst = 0x004;
const ack = 0x010;
const syn = 0x002;
const isSet = (frame: Read, flag: number) => (Number(frame["tcp.flags"]) & flag) !== 0;
const next = (number: string) => `${(Number(number) + 1) % 2 ** 32}`;

/** A whole segment in a framing that is the same in both directions. */
function isAnswered(frame: Read): boolean {
  const fragment = /^(1|True)$/.test(frame["ip.flags.mf"]) || /[1-9]/.test(frame["ip.frag_offset"]);
  const fragment6 = /1|True/.test(frame["ipv6.fraghdr.more"]);
  return frame["tcp.srcport"] !== "" && !fragment && !fragment6 && !frame["frame.protocols"].includes("mpls");
}

interface Numbers {
  readonly flags: number;
  readonly sequence: string;
  readonly acknowledgement: string;
}

const framing = (frame: Read) => [frame["vlan.id"], frame["ieee8021ad.id"], frame["pppoe.session_id"]].join("/");
const ends = (frame: Read) => [
  [frame["eth.src"], frame["ip.src"] || frame["ipv6.src"], frame["tcp.srcport"]].join(" "),
  [frame["eth.dst"], frame["ip.dst"] || frame["ipv6.dst"], frame["tcp.dstport"]].join(" "),
];

function line(frame: Read, from: string[], { flags, sequence, acknowledgement }: Numbers): string {
  return [framing(frame), from.join(" to "), flags, sequence, acknowledgement].join("; ");
}

/** RFC 9293 3.5.2: to the sender of a segment. */
function toSender(frame: Read): string {
  const answered = isSet(frame, ack)
    ? { flags: rst, sequence: frame["tcp.ack_raw"], acknowledgement: "0" }
    : { flags: rst | ack, sequence: "0", acknowledgement: next(frame["tcp.seq_raw"]) };
  return line(frame, ends(frame).reverse(), answered);
}

/** To who would have received it, as if by its sender. */
function toReceiver(frame: Read): string {
  const numbers = { sequence: frame["tcp.seq_raw"], acknowledgement: frame["tcp.ack_raw"] };
  return line(frame, ends(frame), { flags: rst | ack, ...numbers });
}

const told = (frame: Read) =>
  line(frame, ends(frame), {
    flags: Number(frame["tcp.flags"]),
    sequence: frame["tcp.seq_raw"],
    acknowledgement: frame["tcp.ack_raw"],
  });

/** Of a reset tshark says that it is one. */
const faults = (frames: readonly Read[]) =>
  complaints(frames).filter((text) => !/: Connection reset \(RST\)$/.test(text));

class CapturePorts {
  readonly site = new Site();

  path(name: string): string {
    return join(this.site.directory, name);
  }

  /** Plays `input` to the subscriber side's port; what comes out of the ports is in `near` and `far`. */
  async serve(input: string, near: string, far: string): Promise<Part> {
    await writeFile(this.path("nothing"), pcapBytes([]));
    const [subscriber, network] = [
      `pcap:${this.path(input)}:${this.path(near)}`,
      `pcap:${this.path("nothing")}:${this.path(far)}`,
    ];
    return this.site.box.start(
      "fast path",
      [
        ...[
          fastPathProgram,
          "--no-huge",
          "--run-dir",
          this.path("run"),
          "--subscribers",
          "4096",
          "--sessions",
          "65536",
        ],
        ...["--link", `${subscriber},${network}`],
      ],
      { log: this.path("fastpath.log") },
    );
  }

  /** A policy for the next process: captures are played as soon as there is one. */
  async givePolicy(text: string): Promise<void> {
    const part = await this.serve("nothing", "none", "none-either");
    const give = () =>
      sendBatch(this.path("run/fastpath/control.sock"), [{ kind: "policy", payload: policyOf(text).policy }], 2000);
    await until("the policy is taken", async () => (await give().catch(() => []))[0]?.status === "ok", { part });
    await part.stop();
  }
}

test("every refused segment is reset at both ends in its own framing, and tshark finds nothing wrong with it", async (t) => {
  const ports = new CapturePorts();
  const { site } = ports;
  try {
    await site.start();
    await ports.givePolicy(configuration);
    await writeFile(ports.path("sent"), pcapBytes(sent));
    const part = await ports.serve("sent", "near", "far");
    const handled = () => {
      const region = new Attachment(ports.path("run/fastpath/region"));
      const [link] = region.counters().links;
      region.close();
      const { receivedPackets = 0, forwardedPackets = 0, dropped } = link?.subscriber ?? {};
      return receivedPackets === sent.length && receivedPackets === forwardedPackets + (dropped?.refused ?? 0);
    };
    await until("everything was played", async () => handled(), { part });
    await part.stop();

    const out = await readFrames(ports.path("far"));
    const passed = new Set(out.map(({ bytes }) => hex(bytes)));
    const refused = sent.filter(({ bytes }) => !passed.has(hex(bytes)));
    await writeFile(ports.path("refused"), pcapBytes(refused));
    const answered = (await read(ports.path("refused"))).filter(isAnswered);
    t.true(answered.length > 500, `${answered.length} of ${refused.length} refused frames are whole segments`);

    const near = await read(ports.path("near"));
    t.deepEqual(faults(near), []);
    t.deepEqual(near.map(told), answered.map(toSender));
    const far = (await read(ports.path("far"))).filter((frame) => frame["tcp.srcport"] !== "" && isSet(frame, rst));
    t.deepEqual(faults(far), []);
    t.deepEqual(far.map(told), answered.filter((frame) => isSet(frame, ack) || !isSet(frame, syn)).map(toReceiver));
  } finally {
    await site.stop();
  }
});
