// Ends what nobody types at.

import type { Readable } from "node:stream";

/**
 * Calls `idle` each time that nothing came in from `input` for `ms` (0: never): one who is busy the first time is asked again.
 * Returns what ends it.
 */
export function whenIdle(input: Readable, ms: number, idle: () => void): () => void {
  if (ms === 0) return () => {};
  const timer = setInterval(idle, ms);
  const came = () => void timer.refresh();
  input.on("data", came);
  return () => {
    clearInterval(timer);
    input.off("data", came);
  };
}
