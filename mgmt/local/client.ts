// Asks a daemon on this machine.

import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { Sentence } from "../sentence.ts";
import { linesOf } from "./lines.ts";
import type { Answers, Question, Request, Response } from "./protocol.ts";

/** Longer than the daemon waits for a fast path that hangs. */
const ANSWER_MS = 20_000;

/** Of one answer among many. */
const ANSWER_CHARACTERS_MAX = 1 << 20;

/** Rejects with a Sentence when nobody answers, or the answer is an error. */
export async function ask<Asked extends Question>(
  path: string,
  request: Extract<Request, { ask: Asked }>,
): Promise<Answers[Asked]> {
  const response = JSON.parse(await exchange(path, `${JSON.stringify(request)}\n`)) as Response<Asked>;
  if ("error" in response) throw new Sentence(response.error);
  return response.answer;
}

/** The same of a question with many answers: they come until the reader stops, or `signal` is aborted. */
export async function* askMany<Asked extends Question>(
  path: string,
  request: Extract<Request, { ask: Asked }>,
  signal = new AbortController().signal,
): AsyncGenerator<Answers[Asked]> {
  const socket = connect({ path, allowHalfOpen: true, signal });
  socket.setEncoding("utf8");
  socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error("timeout")));
  socket.write(`${JSON.stringify(request)}\n`);
  try {
    for await (const line of linesOf(socket, ANSWER_CHARACTERS_MAX)) {
      const response = JSON.parse(line) as Response<Asked>;
      if ("error" in response) throw new Sentence(response.error);
      yield response.answer;
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof Sentence) throw error;
    throw new Sentence(explain(path, (error as NodeJS.ErrnoException).code));
  } finally {
    socket.destroy();
  }
  throw new Sentence("The daemon ended before it was asked to.");
}

async function exchange(path: string, line: string): Promise<string> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error("timeout")));
  try {
    await once(socket, "connect");
    socket.end(line);
    const answer = await text(socket);
    if (answer.endsWith("\n")) return answer;
  } catch (error) {
    throw new Sentence(explain(path, (error as NodeJS.ErrnoException).code));
  }
  throw new Sentence("The daemon ended before it answered.");
}

/** Why a socket of the daemon's does not answer: a sentence. `code`: of the error. */
export function explain(path: string, code: string | undefined): string {
  if (code === "EACCES")
    return `You may not ask the daemon at ${path}: run this as root, or as a member of group postern.`;
  if (code === "ENOENT" || code === "ECONNREFUSED") {
    return `No daemon runs at ${path}: start it (npm start runs one in a lab), or name its run directory with --run-dir.`;
  }
  return `The daemon at ${path} does not answer: look at what it wrote.`;
}
