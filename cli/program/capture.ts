// `postern capture`: packets as they pass, with what became of them, into a pcapng file.

import { askMany } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { number } from "../../mgmt/words.ts";
import { CaptureFile, FILE_BYTES_MAX } from "./capture-file.ts";
import { type Asked, askedOf } from "./capture-options.ts";

const PROGRESS_MS = 500;

/** `args`: what follows the word capture. Returns the exit status; rejects with a Sentence. */
export async function capture(args: readonly string[]): Promise<number> {
  const asked = askedOf(args);
  const file = await CaptureFile.create(asked.path, asked.snapLength);
  let why = "";
  try {
    why = await untilItEnds(asked, file);
    if (file.bytes === 0) throw new Sentence("It ended before the fast path sampled: there is no file.");
  } catch (error) {
    why = (error as Error).message;
    throw error;
  } finally {
    await file.end(Date.now() * 1000, why).finally(() => report(file, why));
  }
  return 0;
}

function report(file: CaptureFile, why: string): void {
  if (file.bytes > 0)
    process.stdout.write(
      `${file.path} holds ${number(file.packets)} packet${file.packets === 1 ? "" : "s"}. ${why} ${file.missing}\n`,
    );
}

/** Returns why it ended: a sentence. */
async function untilItEnds(asked: Asked, file: CaptureFile): Promise<string> {
  const ended = new AbortController();
  const end = () => ended.abort("It was asked to end.");
  const timer = setTimeout(() => ended.abort(`Its ${asked.seconds} seconds are over.`), asked.seconds * 1000);
  process.once("SIGINT", end).once("SIGTERM", end);
  try {
    await record(asked, file, ended);
    return ended.signal.reason;
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", end).off("SIGTERM", end);
  }
}

/** Until `ended`, to which it sees itself when the file has enough. */
async function record(asked: Asked, file: CaptureFile, ended: AbortController): Promise<void> {
  const { filter, snapLength, count, runDirectory } = asked;
  const request = { ask: "capture", filter, snapLength } as const;
  let told = 0;
  for await (const batch of askMany(daemonSocket(runDirectory), request, ended.signal)) {
    await file.add(batch, count - file.packets);
    if (file.packets >= count) ended.abort("That many were asked for.");
    else if (file.full) ended.abort(`A file has ${FILE_BYTES_MAX / 2 ** 20} MiB at most.`);
    if (ended.signal.aborted) break;
    if (process.stderr.isTTY && performance.now() - told >= PROGRESS_MS) {
      told = performance.now();
      process.stderr.write(`\r${number(file.packets)} packets, ${number(file.bytes)} bytes; Ctrl-C ends it `);
    }
  }
  if (told > 0) process.stderr.write("\n");
}
