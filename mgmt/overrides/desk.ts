// Where overrides are worked on, in the store's thread. A change is proposed with the policy that it leads to; it is in force when
// it is accepted, and forgotten when another is proposed.

import { parsePrefix } from "../../cli/grammar/prefix.ts";
import type { ConfigurationDesk } from "../config/desk.ts";
import type { Prepared } from "../policy/prepare.ts";
import { Sentence } from "../sentence.ts";
import type { OverrideStep, OverrideTable } from "../store/override-table.ts";
import type { Moment } from "../time.ts";
import { number } from "../words.ts";
import type { OverrideJudge } from "./judge.ts";
import { type JudgedOverride, OVERRIDES_MAX, type Override, type OverrideRule } from "./override.ts";
import type { Expired, OverrideChange, OverrideProposal } from "./proposal.ts";

const OF_ADDRESS_MAX = 1000;

export interface OverrideDeskParts {
  readonly table: OverrideTable;
  readonly configuration: Pick<ConfigurationDesk, "judge" | "withOverrides">;
}

export class OverrideDesk {
  readonly #parts: OverrideDeskParts;
  #proposed: OverrideStep | undefined;

  constructor(parts: OverrideDeskParts) {
    this.#parts = parts;
  }

  /** Nothing is in force until it is accepted. Throws a Sentence when it cannot be. */
  propose(change: OverrideChange, moment: Moment): OverrideProposal {
    return change.kind === "make" ? this.#make(change, moment) : this.#clear(change, moment);
  }

  /** The proposal is in force. Throws a Sentence when the store does not take it: it is not, then. */
  accept(): void {
    if (!this.#proposed) throw new Error("Nothing was proposed.");
    this.#parts.table.save(this.#proposed);
    this.#proposed = undefined;
  }

  /** Those in force in a policy, once more. Throws a Sentence. */
  prepare(moment: Moment): Prepared {
    return this.#parts.configuration.withOverrides(this.#parts.table.inForce(), moment);
  }

  /** Ends those whose time is over at `now` (Unix ms): the fast path obeys them no more. */
  expire(now: number): Expired {
    const { table } = this.#parts;
    return { ended: table.expire(now), nextEnd: table.nextEnd() };
  }

  /** The first `limit` whose numbers are greater than `after`. */
  page(after: number, limit: number, withEnded: boolean): JudgedOverride[] {
    const judge = this.#parts.configuration.judge();
    return this.#parts.table.page(after, limit, withEnded).map((each) => judged(each, judge));
  }

  /** Those that are about an address, the closest first; of more than a person reads the latest. */
  of(address: string, withEnded: boolean): JudgedOverride[] {
    return this.#about(address, withEnded, this.#parts.configuration.judge());
  }

  /** Of each address, those in force that are about it, as `of`. */
  ofEach(addresses: readonly string[]): JudgedOverride[][] {
    const judge = this.#parts.configuration.judge();
    if (judge.configured().length === 0 && !this.#parts.table.any()) return addresses.map(() => []);
    return addresses.map((address) => this.#about(address, false, judge));
  }

  configured(): JudgedOverride[] {
    return this.#parts.configuration.judge().configured();
  }

  #about(address: string, withEnded: boolean, judge: OverrideJudge): JudgedOverride[] {
    return [...judge.configured(), ...this.#parts.table.near(judge.placeOf(address), withEnded)]
      .filter((each) => judge.concerns(each, address))
      .slice(-OF_ADDRESS_MAX)
      .sort((a, b) => lengthOf(b) - lengthOf(a) || a.number - b.number)
      .map((each) => judged(each, judge));
  }

  #make({ rule: typed, until, ...decision }: OverrideChange & { kind: "make" }, moment: Moment): OverrideProposal {
    const { table, configuration } = this.#parts;
    const judge = configuration.judge();
    const lacks = judge.lacks(typed);
    if (lacks !== undefined) throw new Sentence(lacks);
    const rule = typed.prefix === null ? typed : { ...typed, prefix: judge.covered(typed.prefix) };
    const before = table.inForce();
    const replaced = before.find((each) => isAlike(each, rule));
    const others = before.filter((each) => each !== replaced);
    if (others.length >= OVERRIDES_MAX) {
      throw new Sentence(`${number(OVERRIDES_MAX)} overrides are in force, and there is room for no more: clear some.`);
    }
    const { at, by, from, reason } = decision;
    const made = {
      ...rule,
      number: table.last() + 1,
      madeAt: at,
      madeBy: by,
      madeFrom: from,
      reason,
      until,
      ended: null,
    };
    const prepared = configuration.withOverrides([...others, made], moment);
    this.#proposed = {
      made,
      ...(replaced && { ended: { number: replaced.number, how: { at, by, reason: `replaced by ${made.number}` } } }),
    };
    return { prepared, override: judged(made, judge), replaced: replaced?.number ?? null };
  }

  #clear({ number, at, by, reason }: OverrideChange & { kind: "clear" }, moment: Moment): OverrideProposal {
    const { table, configuration } = this.#parts;
    const before = table.inForce();
    const cleared = before.find((each) => each.number === number);
    if (!cleared) throw new Sentence(notInForce(number, table.get(number)));
    const prepared = configuration.withOverrides(
      before.filter((each) => each !== cleared),
      moment,
    );
    this.#proposed = { ended: { number, how: { at, by, reason } } };
    return { prepared, override: judged(cleared, configuration.judge()), replaced: null };
  }
}

/** One takes the other's place. */
function isAlike(one: OverrideRule, other: OverrideRule): boolean {
  return (["kind", "prefix", "zone", "service"] as const).every((key) => one[key] === other[key]);
}

function judged(override: Override, judge: OverrideJudge): JudgedOverride {
  return { ...override, idle: override.ended ? null : (judge.idle(override) ?? null) };
}

/** A zone is further away than any prefix. */
function lengthOf({ prefix }: OverrideRule): number {
  return prefix === null ? -1 : parsePrefix(prefix).length;
}

function notInForce(number: number, known: Override | undefined): string {
  return known ? `Override ${number} is over already.` : `There is no override ${number}: see "show overrides".`;
}
