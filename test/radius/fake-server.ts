// A RADIUS server that does what the test says, and one's view of what a client sent.
import { createHash } from "node:crypto";
import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import type { ExecutionContext } from "ava";
import { ClearText } from "../../cli/grammar/secret.ts";
import type { Login } from "../../mgmt/aaa/login.ts";
import { Radius, type RadiusParts } from "../../mgmt/aaa/radius.ts";
import { aaaDefaults, type RadiusServer } from "../../mgmt/config/sections/aaa.ts";
import type { Mnemonic } from "../../mgmt/log/mnemonics.ts";
import { pause } from "../../mgmt/pause.ts";
import { type Attribute, codes, decode, encode, type Packet } from "../../mgmt/radius/packet.ts";
import { withAuthenticator, withMessageAuthenticator } from "../../mgmt/radius/signature.ts";
import { FakeClock, until } from "../daemon/parts.ts";

export const KEY = "a-key-of-this-test";

/** The password behind a value of User-Password. */
export function revealed(value: Buffer, secret: string, authenticator: Buffer): Buffer {
  const blocks = Array.from({ length: value.length / 16 }, (_, index) => {
    const before = index === 0 ? authenticator : value.subarray(16 * index - 16, 16 * index);
    const cover = createHash("md5").update(secret).update(before).digest();
    return cover.map((byte, at) => byte ^ value.readUInt8(16 * index + at));
  });
  const padded = Buffer.concat(blocks);
  return padded.subarray(0, padded.findLastIndex((byte) => byte !== 0) + 1);
}

/** An answer to the request, signed as a server does. */
export function answerTo(request: Packet, code: number, attributes: readonly Attribute[] = [], key = KEY): Packet {
  return withAuthenticator(withMessageAuthenticator({ ...request, code, attributes }, key), key);
}

export interface FakeServer {
  readonly port: number;
  /** Has it send something that nobody asked it for. */
  send(answer: Packet | Buffer, to: RemoteInfo): void;
  readonly requests: { readonly packet: Packet; readonly datagram: Buffer; readonly from: RemoteInfo }[];
}

type Answer = Packet | Buffer | undefined;

/** Answers each datagram by what `answer` returns; undefined: not at all. It is there until the test is over. */
export async function fakeServer(
  t: ExecutionContext,
  answer: (request: Packet, count: number, from: RemoteInfo) => Answer | readonly Answer[],
  address = "127.0.0.1",
): Promise<FakeServer> {
  const requests: FakeServer["requests"] = [];
  const send = (answer: Packet | Buffer, { port, address }: RemoteInfo) =>
    socket.send(Buffer.isBuffer(answer) ? answer : encode(answer), port, address);
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4").on("message", (datagram, from) => {
    const packet = decode(datagram);
    if (!packet) return;
    requests.push({ packet, datagram, from });
    for (const each of [answer(packet, requests.length, from)].flat() as Answer[]) if (each) send(each, from);
  });
  socket.bind(0, address);
  await once(socket, "listening");
  t.teardown(() => socket.close());
  return { port: socket.address().port, requests, send };
}

export const accept = (request: Packet) => answerTo(request, codes.accessAccept);
export const never = () => undefined;

/** A server as it is configured. */
export function configured(port: number, changes: Partial<RadiusServer> = {}): RadiusServer {
  const ports = { authPort: port, acctPort: port };
  return { address: "127.0.0.1", ...ports, key: KEY, timeoutSeconds: 30, retransmit: 0, ...changes };
}

/** Asks these servers. `wait`: how long it waits for each answer; by itself 30 seconds, longer than any test. */
export function client(t: ExecutionContext, servers: RadiusServer[], wait: RadiusParts["pause"] = pause) {
  const clock = new FakeClock();
  const told: string[] = [];
  const log = { say: (mnemonic: Mnemonic, text: string) => void told.push(`${mnemonic}: ${text}`) };
  const settings = { hostname: "edge-1", aaa: { ...aaaDefaults, radiusServers: servers } };
  let drawn = 0;
  const random = (bytes: number) => Buffer.alloc(bytes, ++drawn);
  const radius = new Radius({ clock, log, facts: () => settings, pause: wait, random });
  t.teardown(() => radius.stop());
  return { radius, clock, settings, told };
}

/** Waits for an answer no longer than until the server has another request. */
export function untilAsked({ requests }: FakeServer): RadiusParts["pause"] {
  let seen = 0;
  return async (_, signal) => {
    await until("it is asked", () => signal.aborted || requests.length > seen);
    seen = requests.length;
  };
}

export function login(user = "alice", password = "correct horse"): Login {
  return { user, password: new ClearText(password), from: "192.0.2.7", gone: new AbortController().signal };
}
