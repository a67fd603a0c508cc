// Shows an answer: made as it is read, filtered, and never so fast that others wait.

import { setImmediate as turn } from "node:timers/promises";
import type { Answer } from "../commands/exec.ts";
import { endings, type Filter, passes } from "./filters.ts";
import { jsonLines } from "./json-lines.ts";
import type { Pager } from "./pager.ts";

/** Lines made after which everybody else has a turn. */
const LINES_A_TURN = 128;

export interface Printing {
  /** Raw data instead of text. */
  readonly json: boolean;
  readonly filters: readonly Filter[];
}

/** Until the answer ends, the reader wants no more, or `signal` is aborted. */
export async function print(
  answers: AsyncIterable<Answer>,
  { json, filters }: Printing,
  pager: Pager,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const answer of answers) {
      if (answer.live) pager.newPage();
      const lines = json ? jsonLines(answer.data) : answer.lines();
      if (!(await printLines(lines, filters, pager, signal))) return;
      await pager.flush();
    }
    for (const line of endings(filters)) await pager.show(line);
  } finally {
    await pager.flush();
  }
}

/** False: no more is wanted. */
async function printLines(
  lines: Iterable<string>,
  filters: readonly Filter[],
  pager: Pager,
  signal: AbortSignal,
): Promise<boolean> {
  let made = 0;
  for (const line of lines) {
    if (passes(filters, line) && !(await pager.show(line))) return false;
    if (++made % LINES_A_TURN === 0) await turn();
    if (signal.aborted) return false;
  }
  return true;
}

/** What is asked may hear of the abort late or never: this ends at once. */
export async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  let end = () => {};
  signal.addEventListener("abort", () => end(), { once: true });
  const iterator = items[Symbol.asyncIterator]();
  try {
    while (!signal.aborted) {
      const aborted = new Promise<undefined>((resolve) => {
        end = () => resolve(undefined);
      });
      const next = await Promise.race([iterator.next(), aborted]);
      if (!next || next.done) return;
      yield next.value;
    }
  } finally {
    // A generator that waits would return only when that is over.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}
