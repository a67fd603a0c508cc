// The client of the fast path's control socket: the bytes of dataplane/fastpath/control_protocol.h, which is the contract. A
// connection carries one batch, so nothing is left to mend when the fast path is restarted.

import { connect, type Socket } from "node:net";
import { EngineError } from "./engine_port.ts";

export interface ControlCommand {
  readonly kind: keyof typeof kinds;
  readonly payload: Uint8Array;
}

export interface ControlAnswer {
  readonly status: "ok" | "full" | "unknown" | "invalid";
  /** Of the policy in force after the command. */
  readonly generation: number;
  /** Changes of subscribers that found no room. */
  readonly refused: number;
  /** Why, without a full stop; empty when ok. */
  readonly text: string;
}

const VERSION = 1;
const BATCH_HEADER_BYTES = 8;
const COMMAND_HEADER_BYTES = 8;
/** Of the answer to one command. */
export const ANSWER_BYTES = 128;
const ANSWER_TEXT_OFFSET = 12;

const kinds = { policy: 1, sample: 2, release: 3, restart: 4, subscribers: 5, sweep: 6, restore: 7 } as const;
const statuses: readonly ControlAnswer["status"][] = ["ok", "full", "unknown", "invalid"];

/**
 * Sends a batch and waits for its answers, one a command, in order. Rejects with an EngineError when nobody listens, or when the
 * answers do not come within `timeoutMs`; what was done of the batch is then not known.
 */
export async function sendBatch(
  path: string,
  commands: readonly ControlCommand[],
  timeoutMs: number,
): Promise<ControlAnswer[]> {
  const socket = connect(path);
  const timer = setTimeout(() => socket.destroy(noAnswer(`it does not answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    socket.write(batchBytes(commands));
    const bytes = await read(socket, commands.length * ANSWER_BYTES);
    return commands.map((_, index) => answerOf(bytes.subarray(index * ANSWER_BYTES)));
  } catch (error) {
    throw error instanceof EngineError ? error : unreachable(path, error as NodeJS.ErrnoException);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** A batch as the fast path reads it. */
export function batchBytes(commands: readonly ControlCommand[]): Buffer {
  const length = commands.reduce((sum, { payload }) => sum + COMMAND_HEADER_BYTES + payload.length, BATCH_HEADER_BYTES);
  const header = Buffer.alloc(BATCH_HEADER_BYTES);
  header.writeUInt32LE(length, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(commands.length, 6);
  return Buffer.concat([header, ...commands.flatMap(({ kind, payload }) => [commandHeader(kind, payload), payload])]);
}

function commandHeader(kind: ControlCommand["kind"], payload: Uint8Array): Buffer {
  const header = Buffer.alloc(COMMAND_HEADER_BYTES);
  header.writeUInt32LE(payload.length, 0);
  header.writeUInt16LE(kinds[kind], 4);
  return header;
}

async function read(socket: Socket, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of socket) {
    chunks.push(chunk);
    received += chunk.length;
    if (received >= length) return Buffer.concat(chunks);
  }
  throw noAnswer("it closed the connection without an answer");
}

/** The answer to one command; throws an EngineError when it is not understood. */
export function answerOf(bytes: Buffer): ControlAnswer {
  const status = statuses[bytes.readUInt32LE(0)];
  if (status === undefined) throw noAnswer("its answer is not understood");
  const text = bytes.toString("utf8", ANSWER_TEXT_OFFSET, ANSWER_BYTES).replace(/\0.*$/s, "");
  return { status, generation: bytes.readUInt32LE(4), refused: bytes.readUInt32LE(8), text };
}

function noAnswer(reason: string): EngineError {
  return new EngineError("no-answer", `The fast path was asked and ${reason}.`);
}

function unreachable(path: string, { code, message }: NodeJS.ErrnoException): EngineError {
  if (code === "ENOENT" || code === "ECONNREFUSED") {
    return new EngineError("absent", `Nobody listens on ${path}: start the fast path.`);
  }
  if (code === "EACCES" || code === "EPERM") {
    return new EngineError("no-permission", `This user may not speak to ${path}: run as root.`);
  }
  return new EngineError("no-answer", `The fast path cannot be asked: ${message}.`);
}
