// Which configurations the latest policies of the fast path's region were made of.

import type { EngineStatus } from "../engine/engine_port.ts";

/** Events tell of a policy within seconds: of more that followed it nobody asks. */
const POLICIES_MAX = 1000;

export class PolicyRevisions {
  #region = "";
  /** By generation, the latest last. */
  readonly #revisions = new Map<number, number>();

  /** Notes the policy in force. */
  see({ header: { region }, live }: Pick<EngineStatus, "header" | "live">): void {
    if (region !== this.#region) this.#revisions.clear();
    this.#region = region;
    this.#revisions.set(live.policyGeneration, live.policyRevision);
    const [oldest] = this.#revisions.keys();
    if (this.#revisions.size > POLICIES_MAX && oldest !== undefined) this.#revisions.delete(oldest);
  }

  /** Null: it was not seen. */
  of(region: string, generation: number): number | null {
    return region === this.#region ? (this.#revisions.get(generation) ?? null) : null;
  }
}
