// Finds out by the users of the configuration.

import { verifySecret } from "../access/secret.ts";
import type { Facts } from "../config/service.ts";
import { Lanes } from "../lanes.ts";
import type { Login, LoginMethod, Verdict } from "./login.ts";

/** Secrets that are tried at once: each takes 32 MiB, and one of the four threads that read and write files too (libuv's pool). */
const TRIED_MAX = 2;

/** Logins that wait for that, some six seconds; one more is `busy`. Never `unanswered`: a crowd must not choose who is asked. */
export const WAITING_MAX = 128;

export interface LocalLoginsParts {
  facts(): Pick<Facts, "users">;
  /** As mgmt/access/secret.ts has it. */
  readonly verify?: typeof verifySecret;
}

export class LocalLogins implements LoginMethod {
  readonly #parts: LocalLoginsParts;
  readonly #lanes = new Lanes(TRIED_MAX);

  constructor(parts: LocalLoginsParts) {
    this.#parts = parts;
  }

  /** Of a name that nobody has a secret is tried too: whoever guesses names is answered as late. */
  async ask({ user, password }: Login): Promise<Verdict> {
    if (this.#lanes.waiting >= WAITING_MAX) return { outcome: "busy" };
    const { facts, verify = verifySecret } = this.#parts;
    const known = facts().users.find(({ name }) => name === user);
    const right = await this.#lanes.take(() => verify(known?.secret, password));
    if (!known) return { outcome: "unanswered", reason: "Nobody has this name." };
    // The configuration may have changed meanwhile.
    const now = facts().users.find(({ name }) => name === user);
    if (!right || now?.secret !== known.secret) return { outcome: "refused" };
    return { outcome: "accepted", level: now.level, shown: now.secret };
  }
}
