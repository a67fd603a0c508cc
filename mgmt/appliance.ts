// The appliance as the ways in and out see it: questions that return data, and operations. A way out renders the data.

import type { ClearText } from "../cli/grammar/secret.ts";
import type { RefusalsStatus } from "./aaa/refusals.ts";
import type { ServerFigures } from "./aaa/server-record.ts";
import type { LoginGateStatus } from "./access/login-gate.ts";
import type { SessionStatus, Sessions } from "./access/sessions.ts";
import type { Breach } from "./breaches/breach.ts";
import type { Releases } from "./breaches/releases.ts";
import type { CsvFiles } from "./config/csv-file.ts";
import type { ConfigurationService, Facts } from "./config/service.ts";
import type { DhcpStatus } from "./dhcp/feed.ts";
import type { LeaseImporter } from "./dhcp/lease-importer.ts";
import type { EnginePort } from "./engine/engine_port.ts";
import type { Level } from "./level.ts";
import type { Log } from "./log/log.ts";
import type { Actor, AuditEntry, Operation } from "./operations/operation.ts";
import type { OverrideKeeper } from "./overrides/keeper.ts";
import type { OverrideQuestions } from "./overrides/override.ts";
import type { Classified, Question } from "./policy/classify.ts";
import type { RadiusAccountingStatus } from "./radius/listener/radius-accounting.ts";
import type { Reports } from "./reports/reports.ts";
import type { SshServer, SshStatus } from "./ssh/server.ts";
import type { Status } from "./status/status.ts";
import type { NameDirectory } from "./subscribers/name-directory.ts";
import type { NameFigures } from "./subscribers/names/figures.ts";
import type { ImportProgress, NameImporter } from "./subscribers/names/importer.ts";
import type { Peak, SubscriberKeeper } from "./subscribers/names/keeper.ts";
import type { NameQuestions } from "./subscribers/names/questions.ts";
import type { Subscribers } from "./subscribers/subscribers.ts";
import type { Machine } from "./system/machine.ts";
import type { ProcessFigures } from "./system/process_meter.ts";
import type { UsageRow } from "./usage/usage.ts";

/** What operations act on. */
export interface ApplianceParts {
  readonly configuration: ConfigurationService;
  readonly engine: EnginePort;
  readonly overrides: Pick<OverrideKeeper, "make" | "clear">;
  readonly log: Pick<Log, "clear">;
  readonly sessions: Pick<Sessions, "end">;
  readonly subscribers: Subscribers;
  readonly names: NameDirectory;
  readonly nameKeeper: Pick<SubscriberKeeper, "take" | "forgetIntroduced">;
  /** Of the configuration's groups and templates. */
  readonly csvFiles: Pick<CsvFiles, "import" | "export">;
  readonly nameFiles: Pick<NameImporter, "import" | "export">;
  readonly leaseFiles: Pick<LeaseImporter, "import">;
  readonly releases: Pick<Releases, "keep">;
  readonly ssh: Pick<SshServer, "renewHostKeys">;
  /** Has the daemon end in order, to be started again. */
  restart(): void;
}

/** How it stands with names. */
export interface NameStatus {
  readonly figures: NameFigures;
  readonly peak: Peak;
  /** How far a file is imported; null: none is. */
  readonly importing: ImportProgress | null;
  /** How many lines are read of a lease file; null: none is imported. */
  readonly leaseLines: number | null;
}

export type ApplianceOperation<Input, Result> = Operation<ApplianceParts, Input, Result>;

/** Times are Unix milliseconds, numbers are raw. What can fail rejects with a Sentence. */
export interface Appliance {
  status(): Status;
  machine(): Machine;
  /** When the machine was started. */
  bootedAt(): number;
  /** What the daemon's own process uses. */
  process(): ProcessFigures;
  /** Those that started last, latest first; with an address only those of whoever has it. */
  breaches(count: number, address?: string): Promise<readonly Breach[]>;
  /** The one of that number; undefined: it is not on record, or no more. */
  breach(id: number): Promise<Breach | undefined>;
  /** What whoever has an address used of each service in the latest `minutes` minutes on record, newest first. */
  readonly usage: { of(address: string, minutes: number): Promise<readonly UsageRow[]> };
  /** On usage. */
  readonly reports: Pick<Reports, "topUsage" | "lastMinute" | "baseline" | "known">;
  /** Latest first. */
  audit(count: number): Promise<readonly AuditEntry[]>;
  readonly log: Pick<Log, "status" | "follow">;
  /** Of the command line, those that are open. */
  sessions(): readonly SessionStatus[];
  /** From elsewhere. */
  readonly logins: { gate(): LoginGateStatus; refusals(): RefusalsStatus };
  /** Who is connected by SSH, and what the appliance shows that it is itself. */
  ssh(): SshStatus;
  /** What DHCP servers tell of subscribers, and what comes of it. */
  dhcp(): DhcpStatus;
  /** Those that are configured, in the order in which they are asked, with what they did since. */
  aaaServers(): readonly ServerFigures[];
  /** RADIUS accounting as a feed of subscribers: what its clients did. */
  radiusAccounting(): RadiusAccountingStatus;
  /** Whether the enable secret of the level is this one. Rejects with a Sentence when too many were wrong lately. */
  enable(level: Level, secret: ClearText, actor: Actor): Promise<boolean>;
  /** Its questions; to release one is an operation. */
  readonly subscribers: Pick<Subscribers, "find" | "count" | "groupOf">;
  /** Subscribers by name, whoever told of them; to introduce one is an operation. */
  readonly names: Pick<NameQuestions, keyof NameQuestions>;
  nameStatus(): NameStatus;
  /** What people decided about some subscribers; to change it are operations. */
  readonly overrides: OverrideQuestions;
  /** What would be done with a session. */
  classify(question: Question): Promise<Classified>;
  /** The configuration in force, without what is long in it. */
  facts(): Facts;
  /** Its questions; changes to it are operations. */
  readonly configuration: ConfigurationService;
  perform<Input, Result>(operation: ApplianceOperation<Input, Result>, input: Input, actor: Actor): Promise<Result>;
}
