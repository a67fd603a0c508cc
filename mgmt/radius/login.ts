// A login as RADIUS has it (RFC 2865): the Access-Request, which of what comes is its answer, and what that says.

import type { Answer, Login } from "../aaa/login.ts";
import { type Level, levelWithin } from "../level.ts";
import { attribute, valuesOf } from "./attributes.ts";
import { type Attribute, codes, type Packet } from "./packet.ts";
import { hidden, PASSWORD_BYTES_MAX } from "./password.ts";
import { isAuthentic, messageAuthenticator, withMessageAuthenticator } from "./signature.ts";

const USER_BYTES_MAX = 253;

/** RFC 2865 5.6. */
const serviceTypes = { login: 1, administrative: 6, nasPrompt: 7 } as const;

/** RFC 2865 5.41: not at a physical port. */
export const VIRTUAL = 5;

/** What is different in each request. */
interface Fresh {
  readonly identifier: number;
  /** Random. */
  readonly authenticator: Buffer;
}

/** Whether RADIUS can ask it: one that it cannot ask is of nobody there. */
export function canAsk({ user, password }: Login): boolean {
  const length = Buffer.byteLength(user);
  return length > 0 && length <= USER_BYTES_MAX && Buffer.byteLength(password.reveal()) <= PASSWORD_BYTES_MAX;
}

export function accessRequest(login: Login, hostname: string, key: string, fresh: Fresh): Packet {
  const attributes = [
    attribute("User-Name", login.user),
    attribute("User-Password", hidden(Buffer.from(login.password.reveal()), key, fresh.authenticator)),
    attribute("NAS-Identifier", hostname),
    attribute("NAS-Port-Type", VIRTUAL),
    attribute("Service-Type", serviceTypes.nasPrompt),
    attribute("Calling-Station-Id", login.from),
  ];
  return withMessageAuthenticator({ ...fresh, code: codes.accessRequest, attributes }, key);
}

/** One without a Message-Authenticator is none (CVE-2024-3596). */
export function isAccessAnswer(packet: Packet, { identifier, authenticator }: Packet, key: string): boolean {
  return (
    packet.identifier === identifier &&
    answerCodes.includes(packet.code) &&
    isAuthentic(packet, authenticator, key) &&
    messageAuthenticator(packet, authenticator, key) === "right"
  );
}

const answerCodes: readonly number[] = [codes.accessAccept, codes.accessReject, codes.accessChallenge];

/** What an answer to an Access-Request says. */
export function verdictOf({ code, attributes }: Packet): Answer {
  if (code === codes.accessReject) return { outcome: "refused", reason: "The server refuses him." };
  if (code === codes.accessChallenge)
    return { outcome: "refused", reason: "The server asks for more than a password, which is not supported." };
  const [serviceType] = valuesOf(attributes, "Service-Type");
  const level = levelOf(attributes, serviceType);
  if (level !== undefined) return { outcome: "accepted", level };
  return { outcome: "refused", reason: `The server lets him in for Service-Type ${serviceType}, no command line.` };
}

/** Undefined: it is accepted for something else, such as dialling in, which RFC 2865 5.6 has us refuse. */
function levelOf(attributes: readonly Attribute[], serviceType: number | undefined): Level | undefined {
  const byService = serviceType === undefined ? 0 : levelsByService[serviceType];
  if (byService === undefined) return undefined;
  const [privilege] = valuesOf(attributes, "Cisco-AVPair").flatMap((pair) => privilegeIn(pair) ?? []);
  return privilege === undefined ? byService : levelWithin(privilege);
}

const levelsByService: Readonly<Record<number, Level>> = {
  [serviceTypes.login]: 0,
  [serviceTypes.nasPrompt]: 5,
  [serviceTypes.administrative]: 15,
};

/** `shell:priv-lvl=15`, or with `*` where the device need not understand it. */
function privilegeIn(pair: string): number | undefined {
  const [, digits] = /^shell:priv-lvl[=*](\d|1[0-5])$/.exec(pair) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
