// Damage to a region file that nobody has open: random bytes over parts of it. Offsets are read from its header
// (dataplane/region/region.h), which is little-endian.
import { open, readFile } from "node:fs/promises";
import type { Random } from "./random.ts";

/** Where the header holds each part's offset; a part ends where the next begins. */
const offsetFields = { counters: 72, rings: 80, subscribers: 96, watches: 104, policies: 112 } as const;
const strideFields = { rings: 88, policies: 120 } as const;

export type RegionPart = "header" | keyof typeof offsetFields;

interface Bounds {
  readonly from: number;
  readonly to: number;
}

/** The bounds of each part in the file. */
function boundsOf(file: Buffer): Record<RegionPart, Bounds> {
  const field = (at: number) => Number(file.readBigUInt64LE(at));
  const offsets = Object.values(offsetFields).map(field);
  const parts = Object.keys(offsetFields).map((part, index) => {
    return [part, { from: offsets[index], to: offsets[index + 1] ?? file.length }];
  });
  return { header: { from: 0, to: field(offsetFields.counters) }, ...Object.fromEntries(parts) };
}

async function overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, "r+");
  await file.write(bytes, 0, bytes.length, offset);
}

function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.from(0, 255)));
}

/** Puts random bytes over all of a part, or over its first `length` bytes. */
export async function damage(
  path: string,
  part: RegionPart,
  random: Random,
  length = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { from, to } = boundsOf(await readFile(path))[part];
  await overwrite(path, from, randomBytes(random, Math.min(length, to - from)));
}

/** Puts random bytes over the beginning of each policy slot: its generation, checksum, length and first bytes. */
export async function damagePolicies(path: string, random: Random): Promise<void> {
  const file = await readFile(path);
  const { from } = boundsOf(file).policies;
  const stride = Number(file.readBigUInt64LE(strideFields.policies));
  for (const slot of [0, 1]) await overwrite(path, from + slot * stride, randomBytes(random, 64));
}
