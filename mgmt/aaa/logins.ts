// Lets people in who come from elsewhere, by what they know or have. Every login and every refusal is told.

import type { Identity } from "../access/identity.ts";
import type { LoginGate } from "../access/login-gate.ts";
import type { LoginMethodName } from "../config/sections/aaa.ts";
import type { Facts } from "../config/service.ts";
import { Lanes } from "../lanes.ts";
import { number } from "../words.ts";
import type { Login, LoginMethod } from "./login.ts";
import { Refusals, type RefusalsParts, type RefusalsStatus } from "./refusals.ts";

export interface LoginsParts extends RefusalsParts {
  facts(): Pick<Facts, "aaa" | "login" | "users">;
  readonly methods: Readonly<Record<LoginMethodName, LoginMethod>>;
  readonly gate: Pick<LoginGate, "mayCome" | "failed" | "inTurn">;
}

/** Somebody who has shown, by a signature, that he has a key of this user's. */
interface KeyHolder {
  readonly user: string;
  /** The address that he comes from. */
  readonly from: string;
  /** As the configuration has it. */
  readonly blob: string;
  /** `SHA256:...`. */
  readonly fingerprint: string;
}

/**
 * Logins that each method is asked at once. A secret of the configuration's takes 32 MiB, and one of the four threads that read
 * and write files too (libuv's pool); a server a socket.
 */
const ASKED_MAX: Readonly<Record<LoginMethodName, number>> = { local: 2, radius: 16, "tacacs+": 16 };

/** Logins that wait for that, some six seconds for `local`; one more is refused. A crowd must not choose who is asked. */
export const WAITING_MAX = 128;

interface Refusal {
  readonly reason: string;
  /** Whether the gate is told. */
  readonly counts?: boolean;
}

/** What others may be shown of a name that somebody gave. */
const NAME = /^[!-~]{1,64}$/;

/** Whose the console is: the audit could not tell him from another of this name. */
const ROOT = "root";

/** Characters. */
const PASSWORD_MAX = 256;

const NO_NAME = "(no name)";

/** Whatever the answer was: nobody learns it. */
const GONE: Refusal = { reason: "The connection ended before the answer was there." };

export class Logins {
  readonly #parts: LoginsParts;
  readonly #refusals: Refusals;
  readonly #lanes: Readonly<Record<LoginMethodName, Lanes>> = {
    local: new Lanes(() => ASKED_MAX.local),
    radius: new Lanes(() => ASKED_MAX.radius),
    "tacacs+": new Lanes(() => ASKED_MAX["tacacs+"]),
  };

  constructor(parts: LoginsParts) {
    this.#parts = parts;
    this.#refusals = new Refusals(parts);
  }

  /**
   * Asks the methods in their order, each only if those before it did not answer. Undefined: he is not let in, and is told so
   * late. Asks the gate before, and tells it afterwards. Does not reject. Whoever is gone by then is refused.
   */
  async byPassword(login: Login): Promise<Identity | undefined> {
    const { facts, gate, wait } = this.#parts;
    const identity = await gate.inTurn(login.from, () => this.#try(login));
    if (!identity) await wait(facts().login.delaySeconds * 1000);
    return identity;
  }

  /** Undefined: he is no user of the configuration any more, or they are not asked. */
  byKey({ user, from, blob, fingerprint }: KeyHolder): Identity | undefined {
    const { aaa, users } = this.#parts.facts();
    const known = users.find(({ name }) => name === user);
    if (!known || !aaa.login.includes("local")) return undefined;
    const identity: Identity = { user, level: known.level, by: "local", shown: blob };
    this.#tell({ from }, identity, `by local, key ${fingerprint}`);
    return identity;
  }

  /** Keys that were nobody's, offered over one connection: programs offer all that they have, so the gate is not told. */
  refusedKeys({ user, from }: Pick<Login, "user" | "from">, count: number): void {
    const reason = `Keys that are not this user's: ${number(count)}.`;
    this.#refuse({ user, from }, { reason, counts: false });
  }

  refusals(): RefusalsStatus {
    return this.#refusals.status();
  }

  async #try(login: Login): Promise<Identity | undefined> {
    const found = await this.#find(login);
    if ("reason" in found) this.#refuse(login, found);
    else this.#tell(login, found, `by ${found.by}`);
    return "reason" in found ? undefined : found;
  }

  async #find(login: Login): Promise<Identity | Refusal> {
    const { gate, methods } = this.#parts;
    const seconds = gate.mayCome(login.from);
    if (seconds !== undefined) return { reason: `Nobody is let in from there for ${seconds} s.` };
    if (!NAME.test(login.user)) return { reason: "That is no name." };
    if (login.user === ROOT) return { reason: "Root comes in at the console alone." };
    if (login.password.reveal().length > PASSWORD_MAX) return { reason: "That is no password." };
    const silences: string[] = [];
    for (const by of this.#inTurn()) {
      if (this.#lanes[by].waiting >= WAITING_MAX) return { reason: "Too many came at once.", counts: false };
      const ask = async () => (login.gone.aborted ? undefined : methods[by].ask(login));
      const verdict = await this.#lanes[by].take(ask);
      if (!verdict || login.gone.aborted) return GONE;
      if (verdict.outcome === "accepted") {
        const { outcome: _, ...found } = verdict;
        return { user: login.user, by, ...found };
      }
      if (verdict.outcome === "refused") return { reason: `${by}: ${verdict.reason ?? "The password is wrong."}` };
      silences.push(`${by}: ${verdict.reason}`);
    }
    return { reason: silences.join(" ") };
  }

  /** As the configuration has it, but for those that were asked in vain lately: they come last. */
  #inTurn(): LoginMethodName[] {
    const { facts, methods } = this.#parts;
    const order = facts().aaa.login;
    return [...order.filter((by) => !methods[by].rests), ...order.filter((by) => methods[by].rests)];
  }

  #refuse({ user, from }: Pick<Login, "user" | "from">, { reason, counts = true }: Refusal): void {
    if (counts) this.#parts.gate.failed(from);
    this.#refusals.add({ user: NAME.test(user) ? user : NO_NAME, from, reason });
  }

  #tell({ from }: Pick<Login, "from">, { user, level }: Identity, text: string): void {
    const { audit, clock } = this.#parts;
    const told = { outcome: "done", reason: "", revision: null } as const;
    void audit({ at: clock.now(), user, from, level, operation: "session.login", text, ...told });
  }
}
