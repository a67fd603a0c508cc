// What was on the wire at one port, by tcpdump: a witness that knows nothing of Postern.
import { readFile } from "node:fs/promises";
import type { Port } from "./edge.ts";
import { type Part, run, until } from "./process.ts";
import { type Framing, filterWords } from "./tagger.ts";

/** pcap's file header and record header (draft-ietf-opsawg-pcap), in bytes. */
const fileHeader = 24;
const recordHeader = 16;

export interface Frame {
  /** When it was seen, in milliseconds since 1970. */
  readonly milliseconds: number;
  readonly bytes: Buffer;
}

/** The frames of a pcap file, in order; a record still being written is left out. */
export async function readFrames(path: string): Promise<Frame[]> {
  const file = await readFile(path);
  const frames: Frame[] = [];
  let at = fileHeader;
  while (at + recordHeader <= file.length) {
    const milliseconds = file.readUInt32LE(at) * 1000 + file.readUInt32LE(at + 4) / 1000;
    const end = at + recordHeader + file.readUInt32LE(at + 8);
    if (end > file.length) break;
    frames.push({ milliseconds, bytes: file.subarray(at + recordHeader, end) });
    at = end;
  }
  return frames;
}

export class Capture {
  readonly file: string;
  readonly port: Port;
  readonly #framing: Framing;
  readonly #log: string;
  #tcpdump: Part | undefined;

  /** @param directory where the pcap file NAME.pcap is put, NAME being the port's device. */
  constructor(port: Port, framing: Framing, directory: string) {
    this.port = port;
    this.file = `${directory}/${port.device}.pcap`;
    this.#log = `${directory}/${port.device}.tcpdump.log`;
    this.#framing = framing;
  }

  /** Returns when every further frame will be seen. */
  async start(): Promise<void> {
    const { namespace, device } = this.port;
    // Each frame is written at once (-U); 64 MiB of buffer, so that none is lost while this machine is busy.
    const options = ["-U", "--immediate-mode", "-B", "65536", "-Z", "root"];
    const part = await namespace.start(
      `tcpdump on ${device}`,
      ["tcpdump", "-n", "-i", device, "-w", this.file, ...options],
      { log: this.#log },
    );
    this.#tcpdump = part;
    const said = () => readFile(this.#log, "utf8");
    await until(`tcpdump listens on ${device}`, async () => (await said()).includes("listening on"), { part });
  }

  /** Ends the capture; rejects if the kernel dropped a frame before tcpdump took it. */
  async stop(): Promise<void> {
    await this.#tcpdump?.stop("SIGINT");
    const [, dropped] = /(\d+) packets dropped by kernel/.exec(await readFile(this.#log, "utf8")) ?? [];
    if (dropped !== "0") throw new Error(`the capture on ${this.port.device} is incomplete: ${dropped} frames missing`);
  }

  /** Frames that match a tcpdump filter, written as for untagged frames. */
  async count(filter: string): Promise<number> {
    const tagged = [...filterWords(this.#framing), `(${filter})`].join(" and ");
    const counted = await run(["tcpdump", "-n", "-r", this.file, "--count", tagged]);
    return Number.parseInt(counted, 10);
  }

  /** The frames that one side sent and this port saw since a moment (milliseconds since 1970), in order. */
  async framesFrom({ mac }: Port, since: number): Promise<Frame[]> {
    const source = Buffer.from(mac.replaceAll(":", ""), "hex");
    const frames = await readFrames(this.file);
    return frames.filter(({ bytes, milliseconds }) => milliseconds >= since && bytes.subarray(6, 12).equals(source));
  }
}

/** A filter for the packets that open a TCP connection from `address` to `port`. */
export function opening(address: string, port: number): string {
  // libpcap has no tcp[] for IPv6: the flags are byte 13 behind the fixed header of 40.
  const flags = address.includes(":") ? "ip6[53]" : "tcp[13]";
  return `src host ${address} and tcp dst port ${port} and ${flags} & 0x12 = 0x02`;
}

/** The frames of `sent` that are not among `arrived`, byte for byte; equal frames are counted against each other. */
export function missing(sent: readonly Frame[], arrived: readonly Frame[]): Frame[] {
  const left = new Map<string, number>();
  for (const key of arrived.map(keyOf)) left.set(key, (left.get(key) ?? 0) + 1);
  return sent.filter((frame) => {
    const key = keyOf(frame);
    const copies = left.get(key) ?? 0;
    left.set(key, copies - 1);
    return copies <= 0;
  });
}

const keyOf = ({ bytes }: Frame) => bytes.toString("latin1");
