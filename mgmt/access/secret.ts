// How secrets are kept: hashed by scrypt (RFC 7914), as a PHC string: $scrypt$ln=15,r=8,p=1$SALT$HASH.

import { randomBytes, scrypt, scryptSync, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { ClearText } from "../../cli/grammar/secret.ts";

/** Of rounds, the binary logarithm: 32 MiB and some 0.1 s a try. */
const COST = 15;

const BLOCK_SIZE = 8;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

interface Kept {
  /** Binary logarithm. */
  readonly cost: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const derive = promisify<Buffer, Buffer, number, object, Buffer>(scrypt);

/** The hash to keep of a secret: `known`, if that is one of it. Takes 0.1 s: for threads that may. */
export function hashOf(secret: ClearText, known?: string): string {
  if (known !== undefined && isHashOf(known, secret)) return known;
  const salt = randomBytes(SALT_BYTES);
  return printed(salt, scryptSync(Buffer.from(secret.reveal()), salt, HASH_BYTES, optionsOf(COST)));
}

/** A hash to keep of a secret. Does not hold up the event loop. */
export async function newHashOf(secret: ClearText): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return printed(salt, await derive(Buffer.from(secret.reveal()), salt, HASH_BYTES, optionsOf(COST)));
}

/** Whether the hash is of this secret. `hash` undefined: there is none; the answer, no, takes as long. Does not hold up the event loop. */
export async function verifySecret(hash: string | undefined, secret: ClearText): Promise<boolean> {
  const kept = hash === undefined ? nobodys : keptOf(hash);
  const found = await derive(Buffer.from(secret.reveal()), kept.salt, HASH_BYTES, optionsOf(kept.cost));
  return timingSafeEqual(found, kept.hash) && hash !== undefined;
}

/** Of no secret; to try one against it takes as long as against the costliest of these. */
export function nobodysHash(hashes: readonly string[]): string {
  const costs = hashes.map((hash) => keptOf(hash).cost);
  return printed(nobodys.salt, nobodys.hash, costs.length > 0 ? Math.max(...costs) : COST);
}

const nobodys: Kept = { cost: COST, salt: Buffer.alloc(SALT_BYTES), hash: Buffer.alloc(HASH_BYTES) };

function isHashOf(hash: string, secret: ClearText): boolean {
  const kept = keptOf(hash);
  const found = scryptSync(Buffer.from(secret.reveal()), kept.salt, HASH_BYTES, optionsOf(kept.cost));
  return timingSafeEqual(found, kept.hash);
}

function printed(salt: Buffer, hash: Buffer, cost = COST): string {
  return `$scrypt$ln=${cost},r=${BLOCK_SIZE},p=1$${unpadded(salt)}$${unpadded(hash)}`;
}

function keptOf(text: string): Kept {
  const [, cost, salt = "", hash = ""] = /^\$scrypt\$ln=(\d+),[^$]*\$([^$]+)\$([^$]+)$/.exec(text) ?? [];
  return { cost: Number(cost), salt: Buffer.from(salt, "base64"), hash: Buffer.from(hash, "base64") };
}

/** Node allows 32 MiB unless it is told otherwise. */
function optionsOf(cost: number) {
  const rounds = 2 ** cost;
  return { N: rounds, r: BLOCK_SIZE, p: 1, maxmem: 2 * 128 * rounds * BLOCK_SIZE };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}
