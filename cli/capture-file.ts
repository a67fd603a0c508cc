// A capture on its way into a pcapng file: what each packet's comment says, and what is missing.

import { type FileHandle, open, unlink } from "node:fs/promises";
import { subscriberText } from "../mgmt/breaches/notice.ts";
import type { CaptureBatch, CapturedPacket } from "../mgmt/capture/captures.ts";
import type { Side } from "../mgmt/engine/region_data.ts";
import { reasonOf, Sentence } from "../mgmt/sentence.ts";
import { dropWords, number } from "../mgmt/words.ts";
import { enhancedPacket, interfaceDescription, interfaceStatistics, sectionHeader } from "./pcapng.ts";

const sides: readonly Side[] = ["subscriber", "network"];

/** A file becomes no longer. */
const BYTES_MAX = 256 * 1024 * 1024;

export class CaptureFile {
  readonly path: string;
  readonly #snapLength: number;
  readonly #file: FileHandle;
  #last: Pick<CaptureBatch, "lost" | "suppressed"> = { lost: 0, suppressed: 0 };
  packets = 0;
  bytes = 0;

  private constructor(path: string, file: FileHandle, snapLength: number) {
    this.path = path;
    this.#file = file;
    this.#snapLength = snapLength;
  }

  /** A new file. Rejects with a Sentence: when there is one already, too. */
  static async create(path: string, snapLength: number): Promise<CaptureFile> {
    try {
      return new CaptureFile(path, await open(path, "wx"), snapLength);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") {
        throw new Sentence(`${path} is there already: name another file.`);
      }
      throw new Sentence(`Cannot make ${path}: ${reasonOf(error)}.`);
    }
  }

  get full(): boolean {
    return this.bytes >= BYTES_MAX;
  }

  /** Writes what is in the batch, and at most `most` packets of it. Rejects with a Sentence. */
  async add(batch: CaptureBatch, most: number): Promise<void> {
    const packets = batch.packets.slice(0, most).toSorted((a, b) => a.atUs - b.atUs);
    const head = this.bytes === 0 ? [sectionHeader("postern"), ...this.#interfaces(batch.links)] : [];
    this.#last = batch;
    this.packets += packets.length;
    await this.#write([...head, ...packets.map(packetBlock)]);
  }

  /** Writes what is missing, and closes it. A file into which nothing was written is removed. */
  async end(nowUs: number): Promise<void> {
    try {
      if (this.bytes > 0) {
        const { lost, suppressed } = this.#last;
        await this.#write([interfaceStatistics(0, nowUs, lost + suppressed, `${this.missing} In all interfaces.`)]);
      }
    } finally {
      await this.#file.close();
      if (this.bytes === 0) await unlink(this.path);
    }
  }

  /** A sentence about what is not in the file. */
  get missing(): string {
    const { lost, suppressed } = this.#last;
    if (lost + suppressed === 0) return "No matching packet is missing.";
    return `${number(lost)} matching packets were lost, and ${number(suppressed)} left out because there were too many in a second.`;
  }

  #interfaces(links: number): Buffer[] {
    const ports = Array.from({ length: links }, (_, link) => sides.map((side) => `link ${link} ${side} side`));
    return ports.flat().map((name) => interfaceDescription(name, this.#snapLength));
  }

  async #write(blocks: readonly Buffer[]): Promise<void> {
    const bytes = Buffer.concat(blocks);
    try {
      await this.#file.appendFile(bytes);
    } catch (error) {
      throw new Sentence(`Cannot write to ${this.path}: ${reasonOf(error)}.`);
    }
    this.bytes += bytes.length;
  }
}

function packetBlock(packet: CapturedPacket): Buffer {
  const { link, side, atUs, length } = packet;
  return enhancedPacket({
    interface: link * sides.length + sides.indexOf(side),
    atUs,
    bytes: Buffer.from(packet.bytes, "base64"),
    length,
    comment: commentOf(packet),
  });
}

/** `refused: subscriber 10.30.94.66, smtp-outbound, session refused`. */
export function commentOf({ verdict, kind, subscriber, services, session }: Omit<CapturedPacket, "bytes">): string {
  const facts = [
    ...(subscriber ? [`subscriber ${subscriberText({ subscriber })}`] : []),
    ...services,
    session ? `session ${session}` : kind,
  ];
  return `${verdict === "forwarded" ? verdict : dropWords[verdict]}: ${facts.join(", ")}`;
}
