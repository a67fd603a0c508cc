// Finds out who somebody is who has connected: by a key, or by a password in either of the two ways that SSH has for one.

import { timingSafeEqual } from "node:crypto";
import ssh2, { type AuthContext, type Connection, type KeyboardAuthContext, type PublicKeyAuthContext } from "ssh2";
import { ClearText } from "../../cli/grammar/secret.ts";
import type { Logins } from "../aaa/logins.ts";
import type { Identity } from "../access/identity.ts";
import type { User } from "../config/sections/users.ts";
import type { Facts } from "../config/service.ts";
import { methods } from "./algorithms.ts";
import { fingerprintOf } from "./fingerprint.ts";

/** Programs offer one key after the other: those that are unknown are no failures, but there is an end to it. */
const KEYS_MAX = 20;

/** Whatever is asked. */
const REQUESTS_MAX = 50;

/** Characters of a name, and of a password. */
const TEXT_MAX = 256;

export interface AuthenticationParts {
  /** The address that he comes from. */
  readonly from: string;
  readonly logins: Pick<Logins, "byPassword" | "byKey">;
  facts(): Pick<Facts, "ssh" | "users">;
  /** May tell why in the log; the other end is told nothing. */
  fault(error: unknown): void;
}

export class Authentication {
  readonly #parts: AuthenticationParts;
  readonly #connection: Connection;
  #identity: Identity | undefined;
  #requests = 0;
  #keys = 0;
  #passwords = 0;

  constructor(connection: Connection, parts: AuthenticationParts) {
    this.#connection = connection;
    this.#parts = parts;
  }

  start(): void {
    this.#connection.on("authentication", (context) => {
      if (++this.#requests > REQUESTS_MAX) return this.#end();
      this.#answer(context).catch((error: unknown) => {
        this.#parts.fault(error);
        this.#end();
      });
    });
  }

  /** Undefined: he has not shown it yet. */
  get identity(): Identity | undefined {
    return this.#identity;
  }

  async #answer(context: AuthContext): Promise<void> {
    switch (context.method) {
      case "publickey":
        return this.#byKey(context);
      case "password":
        return this.#byPassword(context, context.password);
      case "keyboard-interactive":
        return this.#byPassword(context, await asked(context));
      default:
        return context.reject([...methods]);
    }
  }

  #byKey(context: PublicKeyAuthContext): void {
    if (this.#isKnown(context)) context.accept();
    else {
      context.reject([...methods]);
      if (++this.#keys >= KEYS_MAX) this.#end();
    }
  }

  /** Whether he has signed with a key of the user's; or, when nothing is signed yet, whether it is one. */
  #isKnown(context: PublicKeyAuthContext): boolean {
    const { username: user, key, signature } = context;
    const { logins, from, facts } = this.#parts;
    const keys = facts().users.find(({ name }) => name === user)?.keys ?? [];
    const known = keys.find((each) => isOf(each, context));
    if (!known || !signs(known, context)) return false;
    if (signature === undefined) return true;
    this.#identity = logins.byKey({ user, from, blob: known.blob, fingerprint: fingerprintOf(key.data) });
    return this.#identity !== undefined;
  }

  /** `password`: as the client sent it, which may be anything. */
  async #byPassword(context: AuthContext, password: unknown): Promise<void> {
    const { username: user } = context;
    const fits = typeof password === "string" && password.length <= TEXT_MAX && user.length <= TEXT_MAX;
    const identity = fits ? await this.#login(user, password) : undefined;
    if (identity) {
      this.#identity = identity;
      return context.accept();
    }
    context.reject([...methods]);
    if (++this.#passwords >= this.#parts.facts().ssh.attempts) this.#end();
  }

  /** What he has sent already is not looked at: the library refuses it. */
  #end(): void {
    this.#connection.removeAllListeners("authentication");
    this.#connection.end();
  }

  #login(user: string, password: string): Promise<Identity | undefined> {
    const { logins, from } = this.#parts;
    return logins.byPassword({ user, password: new ClearText(password), from });
  }
}

/** Undefined: he asked for something else instead. */
function asked(context: KeyboardAuthContext): Promise<string | undefined> {
  return new Promise((resolve) => {
    // An Error comes instead of answers when he thinks better of it.
    context.prompt([{ prompt: "Password: ", echo: false }], (answers: unknown) =>
      resolve(Array.isArray(answers) ? answers[0] : undefined),
    );
  });
}

type Key = User["keys"][number];

function isOf({ algorithm, blob }: Key, { key: offered }: PublicKeyAuthContext): boolean {
  const known = Buffer.from(blob, "base64");
  return algorithm === offered.algo && known.length === offered.data.length && timingSafeEqual(known, offered.data);
}

/** Whether it is signed by the key, or nothing is signed yet; with SHA-1 nothing may be. */
function signs({ algorithm, blob }: Key, { signature, blob: signed, hashAlgo }: PublicKeyAuthContext): boolean {
  if (algorithm === "ssh-rsa" && hashAlgo === undefined) return false;
  if (signature === undefined) return true;
  const key = ssh2.utils.parseKey(`${algorithm} ${blob}`);
  return !(key instanceof Error) && signed !== undefined && key.verify(signed, signature, hashAlgo) === true;
}
