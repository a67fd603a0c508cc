// How a packet proves that it was made by one who has the shared secret. RADIUS has MD5 for it; no other hash is understood.
// An MD5 over the packet alone can be forged (CVE-2024-3596), the HMAC of Message-Authenticator cannot.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { attribute } from "./attributes.ts";
import { type Attribute, AUTHENTICATOR_BYTES, encode, type Packet } from "./packet.ts";

/** In the authenticator's place while a request that is no Access-Request is signed (RFC 2866 3). */
export const NO_AUTHENTICATOR: Buffer = Buffer.alloc(AUTHENTICATOR_BYTES);

const unsigned = attribute("Message-Authenticator", Buffer.alloc(AUTHENTICATOR_BYTES));
const isMessageAuthenticator = ({ type }: Attribute) => type === unsigned.type;

/** The packet with a Message-Authenticator before all other attributes (RFC 3579 3.2). An answer still has its request's authenticator. */
export function withMessageAuthenticator(packet: Packet, secret: string): Packet {
  const value = hmacOf({ ...packet, attributes: [unsigned, ...packet.attributes] }, secret);
  return { ...packet, attributes: [{ ...unsigned, value }, ...packet.attributes] };
}

/** The packet with an authenticator made from it, which still has its request's, or, of an Accounting-Request, none. */
export function withAuthenticator(packet: Packet, secret: string): Packet {
  return { ...packet, authenticator: createHash("md5").update(encode(packet)).update(secret).digest() };
}

/** Whether its authenticator was made with the secret. `before`: what was in its place then. */
export function isAuthentic(packet: Packet, before: Buffer, secret: string): boolean {
  const { authenticator } = withAuthenticator({ ...packet, authenticator: before }, secret);
  return timingSafeEqual(authenticator, packet.authenticator);
}

/** Of its Message-Authenticator. `before`: the authenticator that the packet had when it was made. */
export function messageAuthenticator(packet: Packet, before: Buffer, secret: string): "right" | "wrong" | "missing" {
  const [found, another] = packet.attributes.filter(isMessageAuthenticator);
  if (!found) return "missing";
  if (another || found.value.length !== AUTHENTICATOR_BYTES) return "wrong";
  const attributes = packet.attributes.map((each) => (isMessageAuthenticator(each) ? unsigned : each));
  const right = timingSafeEqual(hmacOf({ ...packet, authenticator: before, attributes }, secret), found.value);
  return right ? "right" : "wrong";
}

function hmacOf(packet: Packet, secret: string): Buffer {
  return createHmac("md5", secret).update(encode(packet)).digest();
}
