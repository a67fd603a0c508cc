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

export interface AuthenticationParts {
  /** The address that he comes from. */
  readonly from: string;
  /** Aborted when the connection is gone. */
  readonly gone: AbortSignal;
  readonly logins: Pick<Logins, "byPassword" | "byKey" | "refusedKeys">;
  facts(): Pick<Facts, "ssh" | "users">;
  /** May tell why in the log; the other end is told nothing. */
  fault(error: unknown): void;
}

export class Authentication {
  readonly #parts: AuthenticationParts;
  readonly #connection: Connection;
  #identity: Identity | undefined;
  readonly #ended = new AbortController();
  /** A password is being tried. */
  #trying = false;
  #requests = 0;
  /** That were refused, and of whom they should have been. */
  #keys = 0;
  #user = "";
  #passwords = 0;

  constructor(connection: Connection, parts: AuthenticationParts) {
    this.#connection = connection;
    this.#parts = parts;
  }

  start(): void {
    this.#connection.on("authentication", (context) => {
      // The library would let it take the place of the one whose password is being tried.
      if (this.#trying || ++this.#requests > REQUESTS_MAX) return this.#end();
      this.#user = context.username;
      void this.#untilOver(this.#answer(context));
    });
    const { logins, gone, from } = this.#parts;
    gone.addEventListener("abort", () => {
      if (this.#keys > 0 && !this.#identity) logins.refusedKeys({ user: this.#user, from }, this.#keys);
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
        return this.#ask(context);
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

  #ask(context: KeyboardAuthContext): void {
    context.prompt([{ prompt: "Password: ", echo: false }], (answers: unknown) => {
      // An Error comes instead of answers when he asks for something else instead.
      if (Array.isArray(answers)) void this.#untilOver(this.#byPassword(context, answers[0]));
    });
  }

  async #untilOver(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#parts.fault(error);
      this.#end();
    }
  }

  /** `password`: as the client sent it, which may be anything. */
  async #byPassword(context: AuthContext, password: unknown): Promise<void> {
    const { username: user } = context;
    this.#trying = true;
    const identity = await this.#login(user, typeof password === "string" ? password : "");
    this.#trying = false;
    if (identity) {
      this.#identity = identity;
      return context.accept();
    }
    const last = ++this.#passwords >= this.#parts.facts().ssh.attempts;
    if (last) this.#listenNoMore();
    context.reject([...methods]);
    if (last) this.#connection.end();
  }

  /** What he has sent already is not looked at: the library refuses it. */
  #end(): void {
    this.#listenNoMore();
    this.#connection.end();
  }

  #listenNoMore(): void {
    this.#ended.abort();
    this.#connection.removeAllListeners("authentication");
  }

  #login(user: string, password: string): Promise<Identity | undefined> {
    const { logins, from, gone } = this.#parts;
    const login = { user, password: new ClearText(password), from };
    return logins.byPassword({ ...login, gone: AbortSignal.any([gone, this.#ended.signal]) });
  }
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
