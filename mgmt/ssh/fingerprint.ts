// What people compare of a key.

import { createHash } from "node:crypto";

/** As OpenSSH shows it: `SHA256:...`. `blob`: the public key as it is sent. */
export function fingerprintOf(blob: Buffer): string {
  const digest = createHash("sha256").update(blob).digest("base64");
  return `SHA256:${digest.replaceAll("=", "")}`;
}
