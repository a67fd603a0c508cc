// Numbered packets through the appliance: exactly which were lost, doubled or overtaken on the way. The captures at
// both ends are held against each other, so neither a slow receiver nor the sender's kernel can be mistaken for it.
import { join } from "node:path";
import type { Frame } from "./capture.ts";
import type { Namespace } from "./namespace.ts";
import type { Part } from "./process.ts";

/** Discard (RFC 863). */
export const numberedPort = 9;

const mark = Buffer.from("postern-numbered");
/** UDP payload: the mark, then the packet's number as 32 bits, big-endian. */
const payloadLength = mark.length + 4;

export function numberedPayload(number: number): Buffer {
  const payload = Buffer.alloc(payloadLength);
  mark.copy(payload);
  payload.writeUInt32BE(number, mark.length);
  return payload;
}

const udpHeader = 8;
/** EtherType, and the length of a header without options or extensions. */
const ipHeaders = [
  { type: Buffer.of(0x08, 0x00), length: 20 },
  { type: Buffer.of(0x86, 0xdd), length: 40 },
];

/** The number of a frame's packet; undefined for other frames, among them ICMP errors that quote a numbered packet. */
function numberIn(frame: Buffer): number | undefined {
  const payload = frame.subarray(-payloadLength);
  if (!payload.subarray(0, mark.length).equals(mark)) return undefined;
  const headers = frame.subarray(0, -payloadLength - udpHeader);
  const plain = ipHeaders.some(({ type, length }) => headers.subarray(-length - 2, -length).equals(type));
  return plain ? payload.readUInt32BE(mark.length) : undefined;
}

/** A numbered packet that came out. */
export interface Arrival {
  readonly number: number;
  /** When, in milliseconds since 1970. */
  readonly milliseconds: number;
}

/** The numbered packets among captured frames, in order. */
export function numberedArrivals(frames: readonly Frame[]): Arrival[] {
  return frames.flatMap(({ bytes, milliseconds }) => {
    const number = numberIn(bytes);
    return number === undefined ? [] : [{ number, milliseconds }];
  });
}

/** What became of the packets that went in. Packets are named by their numbers. */
export interface NumberedReport {
  /** In their order: a kernel that looks for a neighbour may have changed it before. */
  readonly departed: readonly number[];
  /** Those that never arrived. */
  readonly lost: readonly number[];
  /** Those that arrived again. */
  readonly doubled: readonly number[];
  /** Those that arrived after one that had departed later. */
  readonly overtaken: readonly number[];
  /** The longest time between two arrivals, in milliseconds. */
  readonly longestSilence: number;
}

/** Compares the frames captured where they went in with those captured where they came out. */
export function numberedReport(went: readonly Frame[], came: readonly Frame[]): NumberedReport {
  const departed = numberedArrivals(went).map(({ number }) => number);
  const places = new Map(departed.map((number, place) => [number, place]));
  const seen = new Set<number>();
  const doubled: number[] = [];
  const overtaken: number[] = [];
  let furthest = -1;
  let longestSilence = 0;
  let last: number | undefined;
  for (const { number, milliseconds } of numberedArrivals(came)) {
    const place = places.get(number) ?? -1;
    if (seen.has(number)) doubled.push(number);
    else if (place < furthest) overtaken.push(number);
    seen.add(number);
    furthest = Math.max(furthest, place);
    longestSilence = Math.max(longestSilence, milliseconds - (last ?? milliseconds));
    last = milliseconds;
  }
  return { departed, lost: departed.filter((number) => !seen.has(number)), doubled, overtaken, longestSilence };
}

export class NumberedSender {
  readonly #part: Part;
  readonly #said: string[];

  private constructor(part: Part, said: string[]) {
    this.#part = part;
    this.#said = said;
  }

  /** @param route source and target address, both of one family. */
  static async start(
    namespace: Namespace,
    route: { source: string; target: string },
    packetsPerSecond: number,
    log: string,
  ): Promise<NumberedSender> {
    const said: string[] = [];
    const program = join(import.meta.dirname, "numbered-sender.ts");
    const command = [process.execPath, program, route.source, route.target, String(packetsPerSecond)];
    const part = await namespace.start("numbered sender", command, { log, onLine: (line) => said.push(line) });
    return new NumberedSender(part, said);
  }

  /** Ends the flow; returns how many packets were sent. */
  async stop(): Promise<number> {
    await this.#part.stop();
    const sent = Number(this.#said[0]);
    if (!Number.isInteger(sent))
      throw new Error("the numbered sender did not say how many packets it sent; see its log");
    return sent;
  }
}
