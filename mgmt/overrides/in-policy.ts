// Overrides as the fast path obeys them. Runs in the store's thread.

import type { Configuration } from "../config/configuration.ts";
import type { PolicyOverride } from "../engine/policy_override.ts";
import { bootTime, type Moment } from "../time.ts";
import { OverrideJudge } from "./judge.ts";
import type { Override } from "./override.ts";

/** Those whose time is not over, and that the configuration lacks nothing of. */
export function policyOverrides(
  overrides: readonly Override[],
  configuration: Configuration,
  moment: Moment,
): PolicyOverride[] {
  const judge = new OverrideJudge(configuration);
  return overrides
    .filter((each) => (each.until === null || each.until > moment.now) && judge.lacks(each) === undefined)
    .map(({ number, kind, prefix, zone, service, package: id, until }) => {
      const services = service === null ? "all" : [service];
      return {
        number,
        target: prefix === null ? { zone: zone ?? "" } : { prefix: judge.covered(prefix) },
        package: id,
        exempt: kind === "exempt" ? services : [],
        blocked: kind === "force-block" ? services : [],
        untilMs: until === null ? null : bootTime(moment, until),
      };
    });
}
