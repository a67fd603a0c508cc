// Capture files of libpcap's classic form (pcap-savefile(5)).

export interface CapturedFrame {
  readonly bytes: Uint8Array;
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint;
}

const resolutions = {
  microsecond: { magic: 0xa1b2c3d4, ns: 1000n },
  nanosecond: { magic: 0xa1b23c4d, ns: 1n },
} as const;

const ethernet = 1;

/** `linkType`: of libpcap's list; Ethernet's is 1. */
export function pcapBytes(
  frames: readonly CapturedFrame[],
  { resolution = "microsecond", linkType = ethernet }: PcapOptions = {},
): Buffer {
  const { magic, ns } = resolutions[resolution];
  const words = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
  const records = frames.flatMap(({ bytes, timeNs }) => [
    words(Number(timeNs / 10n ** 9n), Number((timeNs % 10n ** 9n) / ns), bytes.length, bytes.length),
    bytes,
  ]);
  return Buffer.concat([words(magic, 0x00040002, 0, 0, 65535, linkType), ...records]);
}

export interface PcapOptions {
  readonly resolution?: keyof typeof resolutions;
  readonly linkType?: number;
}

/** The frames of a file of the form that most have: little-endian, times in microseconds. */
export function readPcap(file: Buffer): CapturedFrame[] {
  if (file.readUInt32LE(0) !== resolutions.microsecond.magic)
    throw new Error("it is no little-endian pcap in microseconds");
  const frames: CapturedFrame[] = [];
  for (let at = 24; at < file.length; ) {
    const [seconds, microseconds, length] = [0, 4, 8].map((offset) => file.readUInt32LE(at + offset)) as [
      number,
      number,
      number,
    ];
    at += 16 + length;
    frames.push({
      bytes: file.subarray(at - length, at),
      timeNs: BigInt(seconds) * 10n ** 9n + BigInt(microseconds) * 1000n,
    });
  }
  return frames;
}
