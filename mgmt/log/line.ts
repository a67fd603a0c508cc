// A line of the log.

import { dateAndTime } from "../words.ts";
import { type Mnemonic, type Severity, severities } from "./mnemonics.ts";

export interface LogLine {
  /** When it happened, in Unix milliseconds. */
  readonly at: number;
  readonly severity: Severity;
  readonly mnemonic: Mnemonic;
  /** The first line is a whole sentence; others, a refused configuration's wrong lines, may follow. */
  readonly text: string;
}

/** `%POSTERN-4-BREACH: 10.30.94.66: 10 sessions of ...`: as programs that read Cisco's logs expect it. */
export function taggedText({ severity, mnemonic, text }: LogLine): string {
  return `%POSTERN-${severityNumber(severity)}-${mnemonic}: ${text}`;
}

/** `2026-11-22 12:00:03  %POSTERN-4-BREACH: ...`, in this machine's time zone; several lines if the text has several. */
export function logLines(line: LogLine): string[] {
  return `${dateAndTime(line.at)}  ${taggedText(line)}`.split("\n");
}

/** What standard output calls the lines that come often. */
const labels: Partial<Record<Mnemonic, string>> = {
  BREACH: "breach",
  BREACH_END: "ended",
  AUDIT: "audit",
  AUDIT_DENIED: "audit",
};

/** `2026-11-22 12:00:03  breach  10.30.94.66: 10 sessions of ...`: as standard output has it, in this machine's time zone. */
export function outputText({ at, mnemonic, text }: LogLine): string {
  const label = labels[mnemonic];
  return `${dateAndTime(at)}  ${label === undefined ? "" : label.padEnd(8)}${text}`;
}

export function severityNumber(severity: Severity): number {
  return severities.indexOf(severity);
}
