// Ends what nobody types at.

import type { Readable } from "node:stream";

const LOOK_MS = 500;

/**
 * Calls `idle` each time that nothing came in from `input` for as long as `idleMs` says by then (0: never): one who is busy the
 * first time is asked again. Returns what ends it.
 */
export function whenIdle(input: Readable, idleMs: () => number, idle: () => void): () => void {
  let since = performance.now();
  const came = () => {
    since = performance.now();
  };
  const look = () => {
    const ms = idleMs();
    if (ms === 0 || performance.now() - since < ms) return;
    came();
    idle();
  };
  const timer = setInterval(look, LOOK_MS);
  input.on("data", came);
  return () => {
    clearInterval(timer);
    input.off("data", came);
  };
}
