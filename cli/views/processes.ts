// The processes of the appliance, and what the fast path judges by.

import { type FastPathStatus, refuses, type SamplingStatus, type Status } from "../../mgmt/status/status.ts";
import { dateAndTime, number } from "../../mgmt/words.ts";
import { duration } from "../columns.ts";

/** `now`: Unix milliseconds. */
export function processLines({ daemon, configuration, fastPath }: Status, now: number): string[] {
  const waiting = configuration.waiting === null ? "" : `; revision ${configuration.waiting} waits for the fast path`;
  return [
    `Appliance  ${configuration.hostname}`,
    `Daemon     ${processText(daemon, now)}`,
    `Fast path  ${fastPathText(fastPath, now)}`,
    `Policy     ${policyText(fastPath)}`,
    `File       ${configuration.file}${waiting}`,
    ...(daemon.eventsLost > 0 ? [`Events     ${number(daemon.eventsLost)} lost before the daemon read them`] : []),
    ...(fastPath?.sampling ? [`Sampling   ${samplingText(fastPath.sampling)}`] : []),
  ];
}

export function fastPathText(
  fastPath: Pick<FastPathStatus, "pid" | "startedAt" | "starts"> | null,
  now: number,
): string {
  return fastPath ? `${processText(fastPath, now)}, start ${fastPath.starts}` : "none";
}

export function processText({ pid, startedAt }: { readonly pid: number; readonly startedAt: number }, now: number) {
  return `process ${pid}, up ${duration(now - startedAt)}, since ${dateAndTime(startedAt)}`;
}

export function policyText(fastPath: FastPathStatus | null): string {
  if (!fastPath) return "none";
  const { alive, bypass, policyRevision, policyGeneration, policyAppliedAt } = fastPath;
  if (!alive) return "the process stands still: these are its last figures";
  if (bypass !== "none") return `bypass (${bypass}): nothing is judged`;
  const since = policyAppliedAt === null ? "" : `, since ${dateAndTime(policyAppliedAt)}`;
  const revision = `revision ${policyRevision}, generation ${policyGeneration}${since}`;
  if (!refuses(fastPath)) return `${revision}: no link is forwarding, nothing is judged`;
  return `judging by ${revision}`;
}

function samplingText({ until, suppressed }: SamplingStatus): string {
  return `on until ${dateAndTime(until)}; ${number(suppressed)} packets were too many and not sampled`;
}
