// A capture on its way into a pcapng file: what each packet's comment says, and what is missing.

import { type FileHandle, open, unlink } from "node:fs/promises";
import { subscriberText } from "../../mgmt/breaches/notice.ts";
import type { CaptureBatch, CapturedPacket } from "../../mgmt/capture/captures.ts";
import type { Side } from "../../mgmt/engine/region_data.ts";
import { reasonOf, Sentence } from "../../mgmt/sentence.ts";
import { number } from "../../mgmt/words.ts";
import { enhancedPacket, interfaceDescription, interfaceStatistics, sectionHeader } from "./pcapng.ts";

const sides: readonly Side[] = ["subscriber", "network"];

/** A file becomes hardly longer. */
export const FILE_BYTES_MAX = 256 * 1024 * 1024;

export class CaptureFile {
  readonly path: string;
  readonly #snapLength: number;
  readonly #file: FileHandle;
  #last: Pick<CaptureBatch, "lost" | "suppressed" | "interrupted"> = { lost: 0, suppressed: 0, interrupted: false };
  /** Links whose ports are described. */
  #links = 0;
  #broken = false;
  packets = 0;
  /** Whole blocks. */
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
    return this.bytes >= FILE_BYTES_MAX;
  }

  /** Writes what is in the batch, and at most `most` packets of it. Rejects with a Sentence. */
  async add(batch: CaptureBatch, most: number): Promise<void> {
    const packets = batch.packets.slice(0, most);
    const head = this.bytes === 0 ? [sectionHeader("postern")] : [];
    await this.#write([...head, ...this.#portsUpTo(batch.links), ...packets.map(packetBlock)]);
    this.#last = batch;
    this.#links = Math.max(this.#links, batch.links);
    this.packets += packets.length;
  }

  /** Writes what is missing and `why` it ends, a sentence, and closes it. A file into which nothing was written is removed. */
  async end(nowUs: number, why: string): Promise<void> {
    try {
      if (this.bytes > 0 && !this.#broken) {
        const { lost, suppressed } = this.#last;
        const comment = `${why} ${this.missing} In all interfaces.`;
        await this.#write([interfaceStatistics(0, nowUs, lost + suppressed, comment)]);
      }
    } finally {
      await this.#file.close();
      if (this.bytes === 0) await unlink(this.path);
    }
  }

  /** Sentences about what is not in the file. */
  get missing(): string {
    const { lost, suppressed, interrupted } = this.#last;
    const sentences = [
      ...(interrupted
        ? ["The fast path was restarted or did not answer meanwhile: what passed until it sampled again is missing."]
        : []),
      ...(lost + suppressed > 0
        ? [
            `${number(lost)} matching packets were lost, and ${number(suppressed)} left out because there were too many in a second.`,
          ]
        : []),
    ];
    return sentences.join(" ") || "Until then no matching packet is missing.";
  }

  /** Of links that are not described yet: another fast path may have more. */
  #portsUpTo(links: number): Buffer[] {
    const ports = Array.from({ length: links }, (_, link) => sides.map((side) => `link ${link} ${side} side`));
    return ports
      .slice(this.#links)
      .flat()
      .map((name) => interfaceDescription(name, this.#snapLength));
  }

  /** What cannot be written whole is not written at all, and nothing after it. */
  async #write(blocks: readonly Buffer[]): Promise<void> {
    const bytes = Buffer.concat(blocks);
    try {
      await this.#file.appendFile(bytes);
    } catch (error) {
      this.#broken = true;
      await this.#file.truncate(this.bytes).catch(() => {});
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

/**
 * `refused: subscriber 10.30.94.66, smtp-outbound, session refused, policy generation 7`, in the words that `--verdict` and
 * `--kind` take.
 */
export function commentOf(packet: Omit<CapturedPacket, "bytes">): string {
  const { verdict, kind, subscriber, services, session, generation } = packet;
  const facts = [
    ...(subscriber ? [`subscriber ${subscriberText({ subscriber })}`] : []),
    ...services,
    session ? `session ${session}` : kind,
    ...(generation === null ? [] : [`policy generation ${generation}`]),
  ];
  return `${verdict}: ${facts.join(", ")}`;
}
