// A region whose watches tell of usage that a test made up: struct watch and struct usage (dataplane/core/records.h), written over
// those that region-make left.

import { readFile, writeFile } from "node:fs/promises";
import { quota, serveRegion } from "./regions.ts";

/** Room in a watch, as region-make has it. */
export const ROOM = 8;

const STRIDE = 2688;
const USAGES = 576 + ROOM * 192;
const USAGE_BYTES = 72;
const MINUTE_BYTES = 32;

const SUBSCRIBER_BYTES = 64;

export interface Used {
  readonly sessions: number;
  readonly refused: number;
  readonly bytes: number;
  readonly destinations: Uint8Array;
}

/** A struct usage: of its newer minute, and of the one before. */
export interface Usage {
  readonly service: number;
  readonly minute: number;
  readonly newer: Used;
  readonly older: Used;
}

export interface UsageRegion {
  readonly path: string;
  /** The addresses of those who have a watch, in its order. */
  readonly addresses: readonly string[];
  /** Writes everybody's usages, at most ROOM, in place of what is there. */
  write(usages: readonly (readonly Usage[])[]): Promise<void>;
  /** Writes into the head of somebody's watch. */
  scribble(watch: number, offset: number, bytes: Uint8Array): Promise<void>;
}

/** `subscribers`: each has a watch. */
export async function usageRegion(path: string, subscribers: number): Promise<UsageRegion> {
  await serveRegion(path, quota(1_000_000), { subscribers, sessions: 1 });
  const file = await readFile(path);
  const firstSubscriber = Number(file.readBigUInt64LE(96));
  const firstWatch = Number(file.readBigUInt64LE(104));
  const slots = file.readUInt32LE(52);
  const watches = [...Array(slots).keys()].map((slot) => firstWatch + slot * STRIDE);
  const taken = watches.filter((at) => file.readUInt32LE(at + 4) !== 0);
  const addresses = taken.map((at) => {
    const subscriber = firstSubscriber + file.readUInt32LE(at + 40) * SUBSCRIBER_BYTES;
    return file.subarray(subscriber + 12, subscriber + 16).join(".");
  });
  return {
    ...{ path, addresses },
    async write(usages) {
      for (const [index, at] of taken.entries()) {
        const own = usages[index] ?? [];
        file.writeUInt32LE(Math.max(0, ...own.map(({ minute }) => minute)), at + 12);
        file.writeBigUInt64LE((1n << BigInt(own.length)) - 1n, at + 24);
        for (const [place, usage] of own.entries()) put(file, at + USAGES + place * USAGE_BYTES, usage);
      }
      await writeFile(path, file, { flag: "r+" });
    },
    async scribble(watch, offset, bytes) {
      file.set(bytes, (taken[watch] ?? 0) + offset);
      await writeFile(path, file, { flag: "r+" });
    },
  };
}

/** Where place 0 of a watch's usages is in it. */
export const FIRST_USAGE = USAGES;

function put(file: Buffer, at: number, { service, minute, newer, older }: Usage): void {
  file.writeUInt32LE(service, at);
  file.writeUInt32LE(minute, at + 4);
  for (const [used, of] of [
    [newer, minute],
    [older, minute - 1],
  ] as const) {
    const half = at + 8 + (of & 1) * MINUTE_BYTES;
    file.writeUInt32LE(used.sessions, half);
    file.writeUInt32LE(used.refused, half + 4);
    file.writeBigUInt64LE(BigInt(used.bytes), half + 8);
    file.set(used.destinations, half + 16);
  }
}
