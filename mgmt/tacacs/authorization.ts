// The bodies of an authorization (RFC 8907 6): what somebody who is known may have.

import { requestBody, type Subject, textsAt } from "./fields.ts";

const TACACS = 6;
const USER_LEVEL = 1;
const ASCII = 1;
const LOGIN_SERVICE = 1;

export const authorizationStatuses = { 1: "added", 2: "replaced", 16: "fail", 17: "error", 33: "follow" } as const;

/** `priv-lvl=15`; with `*` in place of `=` it need not be obeyed. */
export interface Attribute {
  readonly name: string;
  readonly isMandatory: boolean;
  readonly value: string;
}

export interface AuthorizationReply {
  readonly status: (typeof authorizationStatuses)[keyof typeof authorizationStatuses];
  readonly message: string;
  readonly attributes: readonly Attribute[];
}

/** Of somebody whom TACACS+ has authenticated. */
export function authorizationBody(subject: Subject, args: readonly string[]): Buffer {
  return requestBody([TACACS, USER_LEVEL, ASCII, LOGIN_SERVICE], subject, args);
}

/** Undefined: that is no reply, or one that was made with another key. */
export function readAuthorizationReply(body: Buffer): AuthorizationReply | undefined {
  if (body.length < 6) return undefined;
  const status = authorizationStatuses[body.readUInt8(0) as keyof typeof authorizationStatuses];
  const count = body.readUInt8(1);
  if (!status || body.length < 6 + count) return undefined;
  const lengths = [body.readUInt16BE(2), body.readUInt16BE(4), ...body.subarray(6, 6 + count)];
  const texts = textsAt(body, 6 + count, lengths);
  if (!texts) return undefined;
  const [message = "", , ...args] = texts;
  return { status, message, attributes: args.map(attributeOf) };
}

function attributeOf(text: string): Attribute {
  const [, name = text, sign, value = ""] = /^([^=*]*)([=*])(.*)$/s.exec(text) ?? [];
  return { name, isMandatory: sign !== "*", value };
}
