// What the store's thread does when it is asked: the protocol between it and the daemon's main thread.

import type { LineError } from "../../cli/grammar/line-error.ts";
import type { Breach } from "../breaches/breach.ts";
import type { Release } from "../breaches/releases.ts";
import type { DiffLine } from "../config/diff.ts";
import type { Acceptance, Change, Proposal, Resumed, StoredPending, TextSource } from "../config/proposal.ts";
import type { RenderOptions } from "../config/render.ts";
import type { Incomplete } from "../config/section.ts";
import type { Revision, SessionSummary } from "../config/service.ts";
import type { EventPlace } from "../engine/engine_port.ts";
import type { Level } from "../level.ts";
import type { AuditEntry } from "../operations/operation.ts";
import type { JudgedOverride } from "../overrides/override.ts";
import type { Expired, OverrideChange, OverrideProposal } from "../overrides/proposal.ts";
import type { Prepared } from "../policy/prepare.ts";
import type { RadiusNas } from "../radius/listener/nases.ts";
import type { Moment } from "../time.ts";
import type { MadeAdministrator } from "./first-administrator-table.ts";

/** Each call runs to its end before the next begins. Those that touch the file fail with a Sentence when they cannot. */
export interface StoreCalls {
  /** First of all calls. */
  open(file: string): void;
  /** Last of all calls. */
  close(): void;
  saveBreaches(breaches: readonly Breach[], places: readonly EventPlace[]): number[];
  unendedBreaches(endedAt: number): Breach[];
  recentBreaches(limit: number, address?: string): Breach[];
  breach(id: number): Breach | undefined;
  pruneBreaches(now: number, keptMs: number): boolean;
  saveRelease(release: Release): void;
  releases(since: number): Release[];
  eventPlaces(): EventPlace[];
  radiusNases(): RadiusNas[];
  saveRadiusNas(nas: RadiusNas): void;
  forgetRadiusNas(nas: string): void;
  saveAudit(entry: AuditEntry): void;
  recentAudit(limit: number): AuditEntry[];
  revisions(count: number): Revision[];
  pendingCommit(): StoredPending | undefined;
  setPendingCommit(pending: StoredPending | null): void;
  firstAdministrator(): MadeAdministrator | undefined;
  setFirstAdministrator(made: MadeAdministrator): void;
  firstAdministratorTold(at: number): void;
  firstAdministratorSaved(): void;

  // Configurations are worked on here because that takes milliseconds, and ids from the store (config/desk.ts).
  proposeConfiguration(change: Change, level: Level, moment: Moment): Proposal;
  acceptConfiguration(acceptance: Acceptance): void;
  dropConfiguration(): void;
  resumeConfiguration(bootId: string | null, moment: Moment): Resumed | undefined;
  configurationText(source: TextSource, options: RenderOptions): string;
  configurationDiff(from: TextSource, to: TextSource): DiffLine[];
  configurationIncomplete(source: TextSource): Incomplete[];
  beginSession(name: string, user: string, startedAt: number): void;
  typeInSession(name: string, lines: readonly string[]): readonly LineError[];
  abortSession(name: string): void;
  configurationSessions(): SessionSummary[];

  // So are overrides (overrides/desk.ts): they are a part of the policy that a configuration leads to.
  proposeOverride(change: OverrideChange, moment: Moment): OverrideProposal;
  acceptOverride(): void;
  prepareOverrides(moment: Moment): Prepared;
  expireOverrides(now: number): Expired;
  overridePage(after: number, limit: number, withEnded: boolean): JudgedOverride[];
  configuredOverrides(): JudgedOverride[];
  overridesOf(address: string, withEnded: boolean): JudgedOverride[];
  overridesOfEach(addresses: readonly string[]): JudgedOverride[][];
}
