// Asks a server who somebody is, as IOS does: an ASCII login, then what he may do in a shell.

import type { Answer, Login } from "../aaa/login.ts";
import { NoAnswer } from "../aaa/server-record.ts";
import type { TacacsServer } from "../config/sections/aaa.ts";
import { levelWithin } from "../level.ts";
import { printable } from "../words.ts";
import { continueBody, readAuthenticationReply, startBody } from "./authentication.ts";
import { type Attribute, authorizationBody, readAuthorizationReply } from "./authorization.ts";
import { inSession } from "./session.ts";

/** Of one to whom the server gives no `priv-lvl`: as with IOS. */
const LEVEL_NOT_GIVEN = 1;

/** What a server may have us obey. */
const KNOWN = ["service", "cmd", "priv-lvl"];

/** Characters of a server's message. */
const MESSAGE_MAX = 200;

/** Rejects with NoAnswer. */
export async function logIn(server: TacacsServer, login: Login, signal: AbortSignal): Promise<Answer> {
  return (await authenticate(server, login, signal)) ?? (await authorize(server, login, signal));
}

/** Undefined: he is who he says. */
function authenticate(server: TacacsServer, login: Login, signal: AbortSignal): Promise<Answer | undefined> {
  return inSession(server, "authentication", signal, async (ask) => {
    const answers: Record<string, string> = { "get-user": login.user, "get-password": login.password.reveal() };
    let body = startBody(subjectOf(login));
    for (;;) {
      const { status, message } = await ask(body, readAuthenticationReply);
      if (status === "pass") return undefined;
      if (status === "error" || status === "restart") throw cannotSay(message);
      if (status === "fail" || status === "follow") return refused("The server refuses the password.", message);
      const answer = answers[status];
      // A password is sent once: whoever asks again wants something else, as a new one.
      delete answers[status];
      if (answer === undefined) return refused("The server asks for more than a password.", message);
      body = continueBody(answer);
    }
  });
}

function authorize(server: TacacsServer, login: Login, signal: AbortSignal): Promise<Answer> {
  return inSession(server, "authorization", signal, async (ask) => {
    const body = authorizationBody(subjectOf(login), ["service=shell", "cmd="]);
    const { status, message, attributes } = await ask(body, readAuthorizationReply);
    if (status === "error") throw cannotSay(message);
    if (status === "fail" || status === "follow") return refused("The server allows him no shell.", message);
    return levelOf(attributes);
  });
}

/** RFC 8907 6.1: who cannot have a mandatory attribute obeyed is not let in. */
function levelOf(attributes: readonly Attribute[]): Answer {
  const unknown = attributes.find(({ name, isMandatory }) => isMandatory && !KNOWN.includes(name));
  if (unknown)
    return refused(`The server demands ${printable(unknown.name)}, which is not known here: make it optional.`);
  const given = attributes.find(({ name }) => name === "priv-lvl")?.value ?? String(LEVEL_NOT_GIVEN);
  if (!/^(1[0-5]|[0-9])$/.test(given)) return refused("The server's priv-lvl is no number of 0 to 15.");
  return { outcome: "accepted", level: levelWithin(Number(given)) };
}

function subjectOf({ user, from }: Login) {
  return { user, port: "tty", from };
}

function refused(reason: string, message = ""): Answer {
  return { outcome: "refused", reason: reason + said(message) };
}

function cannotSay(message: string): NoAnswer {
  return new NoAnswer("silent", `cannot say who may come in: look at it.${said(message)}`);
}

/** What the server adds, on one line. */
function said(message: string): string {
  const text = printable(message.replaceAll(/\s+/g, " ")).trim();
  return text === "" ? "" : ` It says: ${text.slice(0, MESSAGE_MAX)}`;
}
