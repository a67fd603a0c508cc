// The log as text.

import type { Followed } from "../../mgmt/log/follower.ts";
import { logLines } from "../../mgmt/log/line.ts";
import type { LogStatus } from "../../mgmt/log/log.ts";
import { number } from "../../mgmt/words.ts";
import { fields, paragraphs } from "../columns.ts";

/** The settings, then the lines that are kept, the latest last. */
export function loggingLines({ settings, leftOut, lines }: LogStatus): string[] {
  const { on, host, trap, bufferedLines } = settings;
  const heading = fields({
    "Syslog host": host ? `${host.address}, UDP port ${host.port}` : "none",
    "Sent to it": on ? `${trap} and what is graver` : 'nothing, by "no logging on"',
    "Not sent yet": `${number(leftOut)} lines were left out`,
    Kept: `${number(lines.length)} of at most ${number(bufferedLines)} lines`,
  });
  return paragraphs(heading, lines.flatMap(logLines));
}

export function followedLines(followed: Followed): string[] {
  if ("lost" in followed)
    return [`${number(followed.lost)} lines were left out here: they came faster than they were read.`];
  return logLines(followed);
}
