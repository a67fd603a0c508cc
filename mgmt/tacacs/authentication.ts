// The bodies of an authentication (RFC 8907 5), as far as an ASCII login has them.

import { lengthsOf, type Subject, subjectTexts, textsAt } from "./fields.ts";

const LOGIN = 1;
const USER_LEVEL = 1;
const ASCII = 1;
const LOGIN_SERVICE = 1;

export const authenticationStatuses = {
  1: "pass",
  2: "fail",
  3: "get-data",
  4: "get-user",
  5: "get-password",
  6: "restart",
  7: "error",
  33: "follow",
} as const;

export interface AuthenticationReply {
  readonly status: (typeof authenticationStatuses)[keyof typeof authenticationStatuses];
  /** What a person is to read. */
  readonly message: string;
}

export function startBody(subject: Subject): Buffer {
  const texts = subjectTexts(subject);
  const noData = 0;
  return Buffer.concat([Buffer.from([LOGIN, USER_LEVEL, ASCII, LOGIN_SERVICE, ...lengthsOf(texts), noData]), ...texts]);
}

/** `answer`: to what the server asked; at most 65,535 bytes are sent. */
export function continueBody(answer: string): Buffer {
  const text = Buffer.from(answer).subarray(0, 0xffff);
  const head = Buffer.alloc(5);
  head.writeUInt16BE(text.length, 0);
  return Buffer.concat([head, text]);
}

/** Undefined: that is no reply, or one that was made with another key. */
export function readAuthenticationReply(body: Buffer): AuthenticationReply | undefined {
  if (body.length < 6) return undefined;
  const texts = textsAt(body, 6, [body.readUInt16BE(2), body.readUInt16BE(4)]);
  const status = authenticationStatuses[body.readUInt8(0) as keyof typeof authenticationStatuses];
  return status && texts && { status, message: texts[0] ?? "" };
}
