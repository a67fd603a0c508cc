// Finds out by the users of the configuration.

import { nobodysHash, verifySecret } from "../access/secret.ts";
import type { Facts } from "../config/service.ts";
import type { Login, LoginMethod, Verdict } from "./login.ts";

export interface LocalLoginsParts {
  facts(): Pick<Facts, "users">;
  /** As mgmt/access/secret.ts has it. */
  readonly verify?: typeof verifySecret;
}

export class LocalLogins implements LoginMethod {
  readonly rests = false;
  readonly #parts: LocalLoginsParts;

  constructor(parts: LocalLoginsParts) {
    this.#parts = parts;
  }

  /** Of a name that nobody has a secret is tried too: whoever guesses names is answered as late as by the costliest. */
  async ask({ user, password }: Login): Promise<Verdict> {
    const { facts, verify = verifySecret } = this.#parts;
    const { users } = facts();
    const known = users.find(({ name }) => name === user);
    const right = await verify(known?.secret ?? nobodysHash(users.map(({ secret }) => secret)), password);
    if (!known) return { outcome: "unanswered", reason: "Nobody has this name." };
    // The configuration may have changed meanwhile.
    const now = facts().users.find(({ name }) => name === user);
    if (!right || now?.secret !== known.secret) return { outcome: "refused" };
    return { outcome: "accepted", level: now.level, shown: now.secret };
  }
}
