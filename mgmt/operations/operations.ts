// Performs operations: checks who asks and what he asks for, and writes down what came of it.

import { Sentence } from "../sentence.ts";
import type { Actor, AuditEntry, Operation } from "./operation.ts";

export interface OperationsParts {
  now(): number;
  /** Rejects with a Sentence when it cannot be kept. */
  audit(entry: AuditEntry): Promise<void>;
}

/** Performs operations on `Parts`. */
export class Operations<Parts> {
  readonly #parts: Parts;
  readonly #own: OperationsParts;

  constructor(parts: Parts, own: OperationsParts) {
    this.#parts = parts;
    this.#own = own;
  }

  /** Rejects with a Sentence when it is refused. What was done and cannot be written down is still done, and is told. */
  async perform<Input, Result>(
    operation: Operation<Parts, Input, Result>,
    asked: Input,
    actor: Actor,
  ): Promise<Result> {
    const input = operation.input.parse(asked);
    const entry = this.#entry(operation, input, actor);
    if (actor.level < operation.level) {
      const reason = `Level ${operation.level} is needed.`;
      await this.#own.audit({ ...entry, outcome: "denied", reason });
      throw new Sentence(reason);
    }
    try {
      const { result, revision = null, refused } = await operation.run(this.#parts, input, actor);
      await this.#own.audit(
        refused === undefined ? { ...entry, revision } : { ...entry, outcome: "refused", reason: refused },
      );
      return result;
    } catch (error) {
      if (error instanceof Sentence) await this.#own.audit({ ...entry, outcome: "refused", reason: error.message });
      throw error;
    }
  }

  #entry<Input>(operation: Operation<Parts, Input, unknown>, input: Input, { user, from, level }: Actor): AuditEntry {
    const text = operation.describe(input);
    const at = this.#own.now();
    return { at, user, from, level, operation: operation.name, text, outcome: "done", reason: "", revision: null };
  }
}
