// Public keys as OpenSSH writes them into files: the algorithm, the key in base64, a comment (RFC 4253 6.6).

import { createPublicKey, type JsonWebKey } from "node:crypto";
import type { Reading } from "./argument-types.ts";

export const keyAlgorithms = [
  ...(["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"] as const),
];

export interface PublicKey {
  readonly algorithm: (typeof keyAlgorithms)[number];
  /** In base64; it begins with the algorithm's name. */
  readonly blob: string;
}

const RSA_BITS_MIN = 2048;
const BLOB_CHARACTERS_MAX = 2048;

/** The sign of an elliptic curve's point that is not compressed (SEC 1, 2.3.3). */
const UNCOMPRESSED = 4;

/** Reads the key in base64; a comment behind it is dropped. */
export function readKeyBlob(rest: string): Reading<string> {
  const [blob = ""] = rest.split(/[ \t]/, 1);
  const bytes = Buffer.from(blob, "base64");
  if (blob.length > BLOB_CHARACTERS_MAX || bytes.toString("base64") !== blob) return DAMAGED;
  const [name, ...fields] = fieldsOf(bytes) ?? [];
  const algorithm = keyAlgorithms.find((each) => each === name?.toString("latin1"));
  const bits = algorithm && strengthOf(jwkOf(algorithm, fields));
  if (bits === undefined) return DAMAGED;
  if (algorithm !== "ssh-rsa" || bits >= RSA_BITS_MIN) return { value: blob };
  return {
    refusal: `An RSA key has at least ${RSA_BITS_MIN} bits, this one ${bits}: make a longer one, or ssh-ed25519.`,
  };
}

const DAMAGED = { refusal: "That is no public key, or not all of it: copy the line from its file, whole." };

/** Whether the key says that it is of its algorithm. */
export function isOfItsAlgorithm({ algorithm, blob }: PublicKey): boolean {
  const [name] = fieldsOf(Buffer.from(blob, "base64")) ?? [];
  return name?.toString("latin1") === algorithm;
}

/** The strings of RFC 4251 5 that the bytes consist of; undefined: they do not. */
function fieldsOf(bytes: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) return undefined;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

/** The fields behind the name as Node's crypto knows them (RFC 7517); undefined: they are not those of the algorithm. */
function jwkOf(algorithm: PublicKey["algorithm"], fields: readonly Buffer[]): JsonWebKey | undefined {
  const [first, second] = fields;
  if (!first || fields.length !== (algorithm === "ssh-ed25519" ? 1 : 2)) return undefined;
  if (algorithm === "ssh-ed25519") return { kty: "OKP", crv: "Ed25519", x: first.toString("base64url") };
  if (!second) return undefined;
  if (algorithm === "ssh-rsa") return { kty: "RSA", e: first.toString("base64url"), n: second.toString("base64url") };
  const bits = algorithm.slice(-3);
  if (first.toString("latin1") !== `nistp${bits}` || second[0] !== UNCOMPRESSED) return undefined;
  const [x, y] = [second.subarray(1, (second.length + 1) / 2), second.subarray((second.length + 1) / 2)];
  return { kty: "EC", crv: `P-${bits}`, x: x.toString("base64url"), y: y.toString("base64url") };
}

/** Bits of an RSA modulus, 0 for a key of a curve; undefined: it is no key. */
function strengthOf(jwk: JsonWebKey | undefined): number | undefined {
  if (!jwk) return undefined;
  try {
    return createPublicKey({ key: jwk, format: "jwk" }).asymmetricKeyDetails?.modulusLength ?? 0;
  } catch {
    return undefined;
  }
}
