// Says how far a command is while it runs.

import { setTimeout as delay } from "node:timers/promises";
import type { Answer, Context, ExecCommand } from "./exec.ts";

/** `say`: null: there is nothing to say yet. Each thing is said once. */
export function withProgress(
  command: ExecCommand,
  everyMs: number,
  say: (context: Context) => string | null,
): ExecCommand {
  return {
    ...command,
    async *execute(context, args) {
      const answers = command.execute(context, args)[Symbol.asyncIterator]();
      let said: string | null = null;
      for (let next = answers.next(); ; ) {
        const over = new AbortController();
        const ticked = delay(everyMs, "tick", { signal: over.signal }).catch(() => "tick" as const);
        const first = await Promise.race([next, ticked]);
        over.abort();
        if (first === "tick") {
          const text = say(context);
          if (text !== null && text !== said) yield progressAnswer(text);
          said = text;
          continue;
        }
        const { done, value } = first as IteratorResult<Answer>;
        if (done) return;
        yield value;
        next = answers.next();
      }
    },
  };
}

function progressAnswer(text: string): Answer {
  return { data: { progress: text }, lines: () => [text], live: true };
}
