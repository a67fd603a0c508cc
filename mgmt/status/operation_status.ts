// Whether the appliance does its work: one answer for every way out.

import type { Status } from "./status.ts";

export interface OperationStatus {
  /** `failure`: it cannot judge. `warning`: it works, and something is wrong, or a link was told to judge nothing. */
  readonly state: "operational" | "warning" | "failure";
  /** Sentences; none when it is operational. */
  readonly reasons: readonly string[];
}

export function operationStatusOf({ fastPath, alarms }: Pick<Status, "fastPath" | "alarms">): OperationStatus {
  if (!fastPath?.alive || fastPath.bypass !== "none") return { state: "failure", reasons: alarms };
  return { state: alarms.length > 0 ? "warning" : "operational", reasons: alarms };
}
