// The bodies of accounting (RFC 8907 7): what is told of people.

import type { AccountingRecord } from "../aaa/accounting.ts";
import { requestBody, TEXT_BYTES_MAX, textsAt } from "./fields.ts";

const flags = { start: 2, stop: 4, command: 4 } as const satisfies Record<AccountingRecord["kind"], number>;

/** It is told of those too whom another method authenticated. */
const NOT_SET = 0;
const ASCII = 1;
const LOGIN_SERVICE = 1;

const BLANK = 0x20;

const accountingStatuses = { 1: "success", 2: "error", 33: "follow" } as const;

export interface AccountingReply {
  readonly status: (typeof accountingStatuses)[keyof typeof accountingStatuses];
  readonly message: string;
}

export function accountingBody(record: AccountingRecord): Buffer {
  const { user, level, from, session } = record.actor;
  const head = [flags[record.kind], NOT_SET, level, ASCII, LOGIN_SERVICE];
  return requestBody(head, { user, port: `tty${session}`, from }, argumentsOf(record));
}

/** Undefined: that is no reply, or one that was made with another key. */
export function readAccountingReply(body: Buffer): AccountingReply | undefined {
  if (body.length < 5) return undefined;
  const texts = textsAt(body, 5, [body.readUInt16BE(0), body.readUInt16BE(2)]);
  const status = accountingStatuses[body.readUInt8(4) as keyof typeof accountingStatuses];
  return status && texts && { status, message: texts[0] ?? "" };
}

/** RFC 8907 8.3. Times are in Unix seconds. */
function argumentsOf(record: AccountingRecord): string[] {
  const time = Math.floor(record.at / 1000);
  const common = [`task_id=${record.id}`, "service=shell"];
  switch (record.kind) {
    case "start":
      return [...common, `start_time=${time}`];
    case "stop":
      return [...common, `stop_time=${time}`, `elapsed_time=${record.seconds}`];
    case "command":
      return [...common, `start_time=${time}`, `priv-lvl=${record.actor.level}`, ...lineArguments(record.line)];
  }
}

/** As IOS tells a line: whole, with its end. What of it does not fit into `cmd` follows, from a word on if one fits. */
function lineArguments(line: string): string[] {
  const args: string[] = [];
  let rest: Buffer | undefined = Buffer.from(`${line} <cr>`);
  while (rest) {
    const name = args.length === 0 ? "cmd=" : "cmd-arg=";
    const end: number = endOfPiece(rest, TEXT_BYTES_MAX - name.length);
    args.push(name + rest.toString("utf8", 0, end));
    // The blank between two words is not told: servers put one between arguments.
    const next: number = rest[end] === BLANK ? end + 1 : end;
    rest = end < rest.length ? rest.subarray(next) : undefined;
  }
  return args;
}

/** Of the first `bytes` or less: between two words, or at least between two characters. */
function endOfPiece(text: Buffer, bytes: number): number {
  if (text.length <= bytes) return text.length;
  const blank = text.lastIndexOf(BLANK, bytes);
  if (blank > 0) return blank;
  let end = bytes;
  // A byte of UTF-8 that continues a character.
  while (((text[end] ?? 0) & 0xc0) === 0x80) end--;
  return end;
}
