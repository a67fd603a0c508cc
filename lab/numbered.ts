// Numbered packets through the appliance: exactly which were lost, doubled or overtaken on the way. The sender's count is
// held against the capture at the far end, so a slow receiver cannot be mistaken for a loss.
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

/** What became of the packets 0 to sent - 1. */
export interface NumberedReport {
  readonly sent: number;
  /** Numbers that never arrived. */
  readonly lost: readonly number[];
  /** Numbers that arrived again. */
  readonly doubled: readonly number[];
  /** Numbers that arrived after a higher one. */
  readonly overtaken: readonly number[];
  /** The longest time between two arrivals, in milliseconds. */
  readonly longestSilence: number;
}

/** Compares what was sent with the frames captured at the far end. */
export function numberedReport(sent: number, frames: readonly Frame[]): NumberedReport {
  const seen = new Set<number>();
  const doubled: number[] = [];
  const overtaken: number[] = [];
  let highest = -1;
  let longestSilence = 0;
  let last: number | undefined;
  for (const { number, milliseconds } of numberedArrivals(frames)) {
    if (seen.has(number)) doubled.push(number);
    else if (number < highest) overtaken.push(number);
    seen.add(number);
    highest = Math.max(highest, number);
    longestSilence = Math.max(longestSilence, milliseconds - (last ?? milliseconds));
    last = milliseconds;
  }
  const lost = Array.from({ length: sent }, (_, number) => number).filter((number) => !seen.has(number));
  return { sent, lost, doubled, overtaken, longestSilence };
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
