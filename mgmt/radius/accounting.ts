// What is told of sessions as RADIUS has it (RFC 2866): the Accounting-Request, and which of what comes is its answer.

import type { AccountingRecord } from "../aaa/accounting.ts";
import { attribute, PAIR_BYTES_MAX } from "./attributes.ts";
import { VIRTUAL } from "./login.ts";
import { type Attribute, codes, type Packet } from "./packet.ts";
import {
  isAuthentic,
  messageAuthenticator,
  NO_AUTHENTICATOR,
  withAuthenticator,
  withMessageAuthenticator,
} from "./signature.ts";

/** RFC 2866 5.1; a command is told while its session goes on. */
const statusTypes = { start: 1, stop: 2, command: 3 } as const;

interface Teller {
  readonly hostname: string;
  /** Since it happened: a request with another delay has another identifier. */
  readonly delaySeconds: number;
}

export function accountingRequest(record: AccountingRecord, teller: Teller, key: string, identifier: number): Packet {
  const { actor, at, kind } = record;
  const attributes = [
    attribute("Acct-Status-Type", statusTypes[kind]),
    attribute("Acct-Session-Id", record.session),
    attribute("User-Name", actor.user),
    attribute("Calling-Station-Id", actor.from),
    attribute("NAS-Identifier", teller.hostname),
    attribute("NAS-Port-Type", VIRTUAL),
    attribute("Event-Timestamp", Math.floor(at / 1000)),
    attribute("Acct-Delay-Time", teller.delaySeconds),
    ...attributesOf(record),
  ];
  const packet = { code: codes.accountingRequest, identifier, authenticator: NO_AUTHENTICATOR, attributes };
  return withAuthenticator(withMessageAuthenticator(packet, key), key);
}

/** A Message-Authenticator need not be there, but must be right. */
export function isAccountingAnswer(packet: Packet, { identifier, authenticator }: Packet, key: string): boolean {
  return (
    packet.identifier === identifier &&
    packet.code === codes.accountingResponse &&
    isAuthentic(packet, authenticator, key) &&
    messageAuthenticator(packet, authenticator, key) !== "wrong"
  );
}

function attributesOf(record: AccountingRecord): Attribute[] {
  if (record.kind === "stop") return [attribute("Acct-Session-Time", record.seconds)];
  if (record.kind === "command") return [attribute("Cisco-AVPair", cut(`cmd=${record.line}`, PAIR_BYTES_MAX))];
  return [];
}

/** The text, or as many whole characters of its beginning as the bytes hold. */
function cut(text: string, bytesMax: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytesMax));
  return text.slice(0, read);
}
