// What is not right in ssh2 1.17 and cannot be said by its options: the one place that reaches into it.

import type { Connection, KeyType, ParsedKey } from "ssh2";
import { signatureAlgorithms } from "./algorithms.ts";

interface PacketWriter {
  readonly allocStart: number;
  alloc(length: number): Buffer;
  finalize(packet: Buffer): Buffer;
}

interface Protocol {
  /** Of the key exchange that goes on or was the last. */
  readonly _kex: { remoteExtInfoEnabled: boolean };
  /** Undefined: none goes on. */
  readonly _kexinit: Buffer | undefined;
  readonly _packetRW: { readonly write: PacketWriter };
  readonly _cipher: { encrypt(packet: Buffer): void };
  _onHandshakeComplete(negotiated: unknown): void;
  /** Of each message once there are keys. */
  _onPayload(payload: Buffer): void;
}

const DISCONNECT = 1;
const EXT_INFO = 7;
const USERAUTH_INFO_RESPONSE = 61;
const CHANNEL_OPEN = 90;

/** Of a DISCONNECT: too many connections (RFC 4253 11.1). */
const TOO_MANY = 12;

/** To the one question that is asked. */
const ANSWERS_MAX = 1;

/** Bytes of a packet; everybody takes 32,768 (RFC 4253 6.1). */
const PACKET_MIN = 1024;

function protocolOf(connection: Connection): Protocol {
  return (connection as unknown as { readonly _protocol: Protocol })._protocol;
}

/**
 * The key as two, one for each way of signing with it: of a key that calls itself `ssh-rsa` the library would offer SHA-1 too,
 * whatever its options say.
 */
export function withoutSha1(key: ParsedKey): ParsedKey[] {
  if (key.type !== "ssh-rsa") return [key];
  return ["rsa-sha2-512", "rsa-sha2-256"].map((type) => Object.create(key, { type: { value: type as KeyType } }));
}

/**
 * Tells the other end by which algorithms users may sign (RFC 8308 3.1), in place of the library, whose list lacks a comma and
 * names SHA-1 and DSA. To be called before the first key exchange.
 */
export function tellSignatureAlgorithms(connection: Connection): void {
  const protocol = protocolOf(connection);
  const complete = protocol._onHandshakeComplete;
  let first = true;
  protocol._onHandshakeComplete = (negotiated) => {
    const { _kex: kex } = protocol;
    const wanted = first && kex.remoteExtInfoEnabled;
    first = false;
    kex.remoteExtInfoEnabled = false;
    complete(negotiated);
    if (wanted) sendExtensions(protocol, { "server-sig-algs": signatureAlgorithms.join(",") });
  };
}

/**
 * Ends a connection over a message that the library would take at its word: packets of no bytes, which it would go on writing for
 * ever, or millions of answers, for which it would make room. To be called before the first key exchange.
 */
export function refuseAbsurd(connection: Connection): void {
  const protocol = protocolOf(connection);
  const take = protocol._onPayload;
  protocol._onPayload = (payload) => {
    if (!isAbsurd(payload)) return take(payload);
    connection.emit("error", new Error("No message of a client that keeps to the rules."));
  };
}

/** Says why the other end has one connection too many: the library would say nothing. The socket is for the caller to end. */
export function tellTooMany(connection: Connection, why: string): void {
  const language = "";
  send(protocolOf(connection), Buffer.of(DISCONNECT), uint32(TOO_MANY), lengthAndText(why), lengthAndText(language));
}

/** Keys are being exchanged anew: the library keeps what is sent meanwhile, however much it is. */
export function isRekeying(connection: Connection): boolean {
  return protocolOf(connection)._kexinit !== undefined;
}

function isAbsurd(payload: Buffer): boolean {
  const [kind] = payload;
  if (kind === USERAUTH_INFO_RESPONSE) return numberAt(payload, 1) > ANSWERS_MAX;
  if (kind !== CHANNEL_OPEN) return false;
  // Behind the channel's kind: its number, its window, and what a packet may have.
  return numberAt(payload, 1 + 4 + numberAt(payload, 1) + 8) < PACKET_MIN;
}

/** 0: the message ends before it; the library says what is wrong with that. */
function numberAt(payload: Buffer, offset: number): number {
  return payload.length < offset + 4 ? 0 : payload.readUInt32BE(offset);
}

function sendExtensions(protocol: Protocol, extensions: Record<string, string>): void {
  const strings = Object.entries(extensions).flat().map(lengthAndText);
  send(protocol, Buffer.of(EXT_INFO), uint32(Object.keys(extensions).length), ...strings);
}

function send({ _packetRW: { write }, _cipher: cipher }: Protocol, ...message: readonly Buffer[]): void {
  const payload = Buffer.concat(message);
  const packet = write.alloc(payload.length);
  packet.set(payload, write.allocStart);
  cipher.encrypt(write.finalize(packet));
}

function lengthAndText(text: string): Buffer {
  return Buffer.concat([uint32(Buffer.byteLength(text)), Buffer.from(text)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
