// Overrides: what people decided about some subscribers at the command line, whatever is counted of them. Times are Unix
// milliseconds.

import type { Prefix } from "../../cli/grammar/prefix.ts";

/**
 * `exempt`: nothing is counted or refused. `force-block`: everything is refused, and it goes before an exemption. `assign`: another
 * package than the one that his template leads to.
 */
export const overrideKinds = ["exempt", "force-block", "assign"] as const;

export type OverrideKind = (typeof overrideKinds)[number];

/** In force at once: of more the fast path's policy has no room (dataplane/core/policy_blob.h). */
export const OVERRIDES_MAX = 10_000;

/** Whom it is about, and what is otherwise for them. Of those that differ in nothing but the package one is in force. */
export interface OverrideRule {
  readonly kind: OverrideKind;
  /** Of their addresses, in whatever VLAN: whole subscribers. Null: the zone's. */
  readonly prefix: Prefix | null;
  /** Of the one subscriber whose own address the prefix is (name-address.ts); null: it is about addresses. */
  readonly name: string | null;
  /** Of the configuration. */
  readonly zone: string | null;
  /** Null: every service. */
  readonly service: string | null;
  /** What is assigned; null: nothing is. */
  readonly package: number | null;
}

export interface Override extends OverrideRule {
  /** From 1, and never given again; 0: it is a line of the configuration (OF_CONFIGURATION). */
  readonly number: number;
  readonly madeAt: number;
  readonly madeBy: string;
  readonly madeFrom: string;
  readonly reason: string;
  /** Null: for good. */
  readonly until: number | null;
  /** Null: it is in force. */
  readonly ended: Ended | null;
}

/** How an override ended. */
export interface Ended {
  readonly at: number;
  /** `system`: its time was over. */
  readonly by: string;
  readonly reason: string;
}

/** An override as the configuration in force takes it. */
export interface JudgedOverride extends Override {
  /** Why it is without effect: a sentence. Null: it has some, or is over. */
  readonly idle: string | null;
}

/** The overrides as the rest of the daemon sees them; to change them are operations. Each rejects with a Sentence. */
export interface OverrideQuestions {
  /**
   * Pages of those in force: the configuration's own, then those that people made, the earliest first; with `ended`, of those
   * that are over, too, as far as they are kept.
   */
  list(options?: { readonly ended?: boolean }): AsyncIterable<readonly JudgedOverride[]>;
  /** Those that are about an address, the closest first: of longer prefixes, then of zones. */
  of(address: string, options?: { readonly ended?: boolean }): Promise<readonly JudgedOverride[]>;
  /** Of each address, those in force that are about it, as `of`. */
  ofEach(addresses: readonly string[]): Promise<readonly (readonly JudgedOverride[])[]>;
}

/** `exempt 10.30.94.66 in smtp-outbound`, `assign package 2 to 10.30.94.66`. */
export function ruleText({ kind, service, package: id, ...target }: OverrideRule): string {
  if (kind === "assign") return `assign package ${id} to ${targetText(target)}`;
  return `${kind} ${targetText(target)}${service === null ? "" : ` in ${service}`}`;
}

/** `10.30.94.66`, `2001:db8:30:66::/64`, `cust-1001`, `zone business`. */
export function targetText({ prefix, name, zone }: Pick<OverrideRule, "prefix" | "name" | "zone">): string {
  if (name !== null) return name;
  return prefix === null ? `zone ${zone}` : prefix.replace(/^([\d.]+)\/32$|^(.*)\/128$/, "$1$2");
}
