// A session of TACACS+ (RFC 8907 3.3): questions and answers over a connection of their own, all within the server's time.

import { randomInt } from "node:crypto";
import { connect, type Socket } from "node:net";
import { NoAnswer } from "../aaa/server-record.ts";
import type { TacacsServer } from "../config/sections/aaa.ts";
import { reasonOf } from "../sentence.ts";
import {
  HEADER_BYTES,
  type Header,
  obfuscated,
  type PacketType,
  packetOf,
  packetTypes,
  readHeader,
  UNENCRYPTED,
  VERSION,
} from "./packet.ts";

/** Of a body: RFC 8907 4.1 recommends no less. */
const BODY_BYTES_MAX = 2 ** 16;

/** `read`: undefined for what was made with another key. Rejects with NoAnswer. */
export type Ask = <Reply>(body: Buffer, read: (body: Buffer) => Reply | undefined) => Promise<Reply>;

const LOOK = "look at it and at the way to it.";
const CLOSES = "closes the connection without an answer: it may not know this appliance, or have another key.";
const OTHER_KEY = "answers, but not with our key: give both the same key.";
const NO_TACACS = "answers, but not to what was asked in TACACS+: look at what listens at that port.";
const CLEAR = "answers in clear text, which is not believed: have it use the key.";

/** `use` asks; after `signal` nothing is waited for. Rejects with NoAnswer. */
export async function inSession<Result>(
  server: TacacsServer,
  type: PacketType,
  signal: AbortSignal,
  use: (ask: Ask) => Promise<Result>,
): Promise<Result> {
  const session = randomInt(2 ** 32);
  let sequence = 1;
  const socket = connect({ host: server.address, port: server.port, signal });
  const packets = packetsOf(socket, (header) => {
    const { version, length, flags } = header;
    const isAnswer =
      header.type === packetTypes[type] && header.session === session && header.sequence === sequence + 1;
    if (version !== VERSION || !isAnswer || length > BODY_BYTES_MAX) throw new NoAnswer("untrusted", NO_TACACS);
    if ((flags & UNENCRYPTED) !== 0) throw new NoAnswer("untrusted", CLEAR);
  });
  try {
    return await use(async (body, read) => {
      socket.write(packetOf(type, session, sequence, body, server.key));
      const { value: answer } = await packets.next();
      if (!answer) throw new NoAnswer("silent", CLOSES);
      const reply = read(obfuscated(answer.body, answer.header, server.key));
      if (!reply) throw new NoAnswer("untrusted", OTHER_KEY);
      sequence += 2;
      return reply;
    });
  } catch (error) {
    if (signal.aborted) throw new NoAnswer("silent", `does not answer within ${server.timeoutSeconds} s: ${LOOK}`);
    if (!isOfSystem(error)) throw error;
    throw new NoAnswer("silent", `cannot be reached (${reasonOf(error)}): ${LOOK}`);
  } finally {
    socket.destroy();
  }
}

/** What comes, packet by packet. `check` throws for a header behind which nothing is to be waited for. */
async function* packetsOf(socket: Socket, check: (header: Header) => void) {
  let bytes = Buffer.alloc(0);
  for await (const piece of socket as AsyncIterable<Buffer>) {
    bytes = Buffer.concat([bytes, piece]);
    while (bytes.length >= HEADER_BYTES) {
      const header = readHeader(bytes);
      check(header);
      const end = HEADER_BYTES + header.length;
      if (bytes.length < end) break;
      yield { header, body: bytes.subarray(HEADER_BYTES, end) };
      bytes = bytes.subarray(end);
    }
  }
}

function isOfSystem(error: unknown): boolean {
  return error instanceof Error && "code" in error;
}
