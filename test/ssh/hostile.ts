// Clients that break the rules of SSH: what no well-meaning client sends, at every stage of a connection.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { ExecutionContext } from "ava";
import ssh2, { type Client } from "ssh2";

/** Of RFC 4250 4.1.2. */
export const MESSAGE = {
  disconnect: 1,
  ignore: 2,
  serviceRequest: 5,
  kexInit: 20,
  newKeys: 21,
  kexDhInit: 30,
  authRequest: 50,
  authInfoResponse: 61,
  globalRequest: 80,
  channelOpen: 90,
  channelWindowAdjust: 93,
  channelData: 94,
  channelClose: 97,
  channelRequest: 98,
} as const;

export type Field = string | number | boolean | Buffer;

/** A message: a string with its length before it, a number of 32 bits, a byte for a boolean, bytes as they are. */
export function message(kind: keyof typeof MESSAGE, ...fields: readonly Field[]): Buffer {
  return Buffer.concat([Buffer.from([MESSAGE[kind]]), ...fields.map(encoded)]);
}

function encoded(field: Field): Buffer {
  if (typeof field === "boolean") return Buffer.from([field ? 1 : 0]);
  if (typeof field === "number") return uint32(field);
  if (typeof field === "string") return Buffer.concat([uint32(Buffer.byteLength(field)), Buffer.from(field)]);
  return field;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A packet as it is sent before there are keys (RFC 4253 6). */
export function plainPacket(payload: Buffer): Buffer {
  const missing = 8 - ((5 + payload.length) % 8);
  const padding = missing < 4 ? missing + 8 : missing;
  return Buffer.concat([uint32(1 + payload.length + padding), Buffer.from([padding]), payload, Buffer.alloc(padding)]);
}

export const IDENT = "SSH-2.0-hostile\r\n";

/** Offers what every server has, with what `changes` says instead. */
export function kexInit(changes: { readonly kex?: string; readonly languages?: string } = {}): Buffer {
  const { kex = "curve25519-sha256", languages = "" } = changes;
  const [cipher, mac] = ["aes256-gcm@openssh.com,aes256-ctr", "hmac-sha2-256"];
  const lists = [kex, "ssh-ed25519,rsa-sha2-512", cipher, cipher, mac, mac, "none", "none", languages, languages];
  return message("kexInit", Buffer.alloc(16), ...lists, false, 0);
}

/** What ssh2's client has inside. */
interface Internals {
  readonly _protocol: {
    rekey(): void;
    readonly _packetRW: {
      readonly write: {
        readonly allocStartKEX: number;
        alloc(size: number, force: boolean): Buffer;
        finalize(packet: Buffer, force: boolean): Buffer;
      };
    };
    readonly _cipher: { encrypt(packet: Buffer): void };
  };
  readonly _sock: Socket;
}

/** Sends a message of our own over a client's connection, encrypted as its others are. */
export function sendMessage(client: Client, payload: Buffer): void {
  const { _packetRW, _cipher } = internalsOf(client)._protocol;
  const packet = _packetRW.write.alloc(payload.length, true);
  packet.set(payload, _packetRW.write.allocStartKEX);
  _cipher.encrypt(_packetRW.write.finalize(packet, true));
}

/** Asks to be let in, by a method with what belongs to it (RFC 4252 5). */
export function askToLogIn(client: Client, user: string, method: string, ...fields: readonly Field[]): void {
  sendMessage(client, message("authRequest", user, "ssh-connection", method, ...fields));
}

/** Begins to exchange keys anew. */
export function exchangeKeys(client: Client): void {
  internalsOf(client)._protocol.rekey();
}

export function socketOf(client: Client): Socket {
  return internalsOf(client)._sock;
}

function internalsOf(client: Client): Internals {
  return client as unknown as Internals;
}

/** A connection on which nothing of SSH is said but what the test says. It is gone after the test. */
export async function bareConnection(t: ExecutionContext, port: number, localAddress?: string): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", ...(localAddress === undefined ? {} : { localAddress }) });
  t.teardown(() => socket.destroy());
  // What happens to it is seen by its close.
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Resolves when the other side has ended the connection, whatever it said before. */
export async function ended(socket: Socket): Promise<void> {
  if (socket.closed) return;
  await new Promise((resolve) => socket.resume().once("close", resolve));
}

/** A client that has keys and does not say who it is. `hear`: told of every message that comes, in ssh2's words. */
export async function unknownClient(
  t: ExecutionContext,
  port: number,
  from: string,
  hear: (message: string) => void = () => {},
): Promise<Client> {
  const client = new ssh2.Client();
  t.teardown(() => client.destroy());
  client.on("error", () => {});
  const handshake = once(client, "handshake");
  // The service is asked for, and then nothing.
  const authHandler = () => {};
  client.connect({ host: "127.0.0.1", port, localAddress: from, username: "nobody", authHandler, debug: hear });
  await handshake;
  return client;
}
