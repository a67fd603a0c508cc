// The appliance as the ways in and out see it: questions that return data, and operations. A way out renders the data.

import type { Breach } from "./breaches/breach.ts";
import type { ConfigurationService, Facts } from "./config/service.ts";
import type { EnginePort } from "./engine/engine_port.ts";
import type { Actor, AuditEntry, Operation } from "./operations/operation.ts";
import type { Status } from "./status/status.ts";
import type { Machine } from "./system/machine.ts";
import type { ProcessFigures } from "./system/process_meter.ts";

/** What operations act on. */
export interface ApplianceParts {
  readonly configuration: ConfigurationService;
  readonly engine: EnginePort;
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
  /** Those that started last, latest first. */
  breaches(count: number): Promise<readonly Breach[]>;
  /** Latest first. */
  audit(count: number): Promise<readonly AuditEntry[]>;
  /** The configuration in force, without what is long in it. */
  facts(): Facts;
  /** Its questions; changes to it are operations. */
  readonly configuration: ConfigurationService;
  perform<Input, Result>(operation: ApplianceOperation<Input, Result>, input: Input, actor: Actor): Promise<Result>;
}
