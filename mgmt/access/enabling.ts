// Leads those who know its secret to a higher level. Who guesses must wait longer each time; every try is audited.

import type { ClearText } from "../../cli/grammar/secret.ts";
import type { Facts } from "../config/service.ts";
import type { Level } from "../level.ts";
import type { Actor, AuditEntry } from "../operations/operation.ts";
import { Sentence } from "../sentence.ts";
import type { Clock } from "../time.ts";
import { Attempts } from "./attempts.ts";
import { verifySecret } from "./secret.ts";

/** Wrong tries without a pause: of one person, as many as IOS lets him type in a row, and of all together. */
const FREE_EACH = 3;
const FREE_TOGETHER = 10;

export interface EnablingParts {
  readonly clock: Clock;
  facts(): Pick<Facts, "enableSecrets">;
  audit(entry: AuditEntry): Promise<void>;
}

export class Enabling {
  readonly #parts: EnablingParts;
  readonly #together: Attempts;
  readonly #people = new Map<string, Attempts>();

  constructor(parts: EnablingParts) {
    this.#parts = parts;
    this.#together = new Attempts(FREE_TOGETHER, parts.clock.nowMs);
  }

  /** Whether the secret leads to the level. Rejects with a Sentence when too many were wrong lately. */
  async enable(level: Level, secret: ClearText, actor: Actor): Promise<boolean> {
    const own = this.#attemptsOf(actor.user);
    const attempts = [this.#together, own];
    // Nobody closes this to a person who was not wrong himself.
    const pauseMs = own.clean ? 0 : Math.max(...attempts.map((each) => each.pauseMs));
    if (pauseMs > 0) {
      const reason = `Too many secrets were wrong: try again in ${Math.ceil(pauseMs / 1000)} s.`;
      await this.#audit(level, actor, reason);
      throw new Sentence(reason);
    }
    for (const each of attempts) each.begun();
    const known = this.#parts.facts().enableSecrets.find((each) => each.level === level);
    const right = await verifySecret(known?.secret, secret);
    if (right) for (const each of attempts) each.wasRight();
    await this.#audit(level, actor, right ? "" : "The secret was wrong.");
    return right;
  }

  #attemptsOf(user: string): Attempts {
    const known = this.#people.get(user) ?? new Attempts(FREE_EACH, this.#parts.clock.nowMs);
    this.#people.set(user, known);
    return known;
  }

  #audit(wanted: Level, { user, from, level }: Actor, reason: string): Promise<void> {
    const at = this.#parts.clock.now();
    const outcome = reason === "" ? "done" : "denied";
    const text = `level ${wanted}`;
    return this.#parts.audit({
      at,
      user,
      from,
      level,
      operation: "session.enable",
      text,
      outcome,
      reason,
      revision: null,
    });
  }
}
