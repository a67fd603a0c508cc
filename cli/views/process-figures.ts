// What the daemon's process uses.

import type { DaemonStatus } from "../../mgmt/status/status.ts";
import type { Lateness, ProcessFigures } from "../../mgmt/system/process_meter.ts";
import { bytes, fields } from "../columns.ts";
import { processText } from "./processes.ts";

/** `now`: Unix milliseconds. */
export function processFigureLines(figures: DaemonStatus & ProcessFigures, now: number): string[] {
  const { startedAt, memoryBytes, heapBytes, processorMs, eventLoop } = figures;
  const share = (100 * processorMs) / Math.max(1, now - startedAt);
  return fields({
    Daemon: processText(figures, now),
    Memory: `${bytes(memoryBytes)}, ${bytes(heapBytes)} of it objects`,
    Processor: `${share.toFixed(1)} % of one since it started`,
    "Event loop": latenessText(eventLoop),
  });
}

function latenessText({ mean, most, worst }: Lateness): string {
  const text = (ms: number) => `${ms.toFixed(1)} ms`;
  return `late by ${text(mean)} in the mean, 99 % below ${text(most)}, once ${text(worst)}`;
}
