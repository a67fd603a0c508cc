// Logins from elsewhere, as text: in the order in which IOS tells it.

import type { RefusalsStatus } from "../../mgmt/aaa/refusals.ts";
import { type LoginGateStatus, QUIET_FACTOR } from "../../mgmt/access/login-gate.ts";
import { dateAndTime, number } from "../../mgmt/words.ts";
import { columns, paragraphs } from "../columns.ts";

export function loginLines({ settings, quietSeconds, window, blocked }: LoginGateStatus): string[] {
  const { block, delaySeconds, quietZone } = settings;
  const delay = `A login delay of ${delaySeconds} seconds is applied.`;
  if (!block) return [delay, "Failed logins keep nobody out."];
  const { seconds, attempts, withinSeconds } = block;
  const quietMode = `If ${number(QUIET_FACTOR * attempts)} from all over do, only zone ${quietZone} is let in for ${seconds} seconds.`;
  return paragraphs(
    [
      delay,
      `If ${number(attempts)} logins from one source fail within ${withinSeconds} seconds, it is not let in for ${seconds} seconds.`,
      quietZone === null ? "There is no quiet mode: no zone is named for it." : quietMode,
    ],
    [
      quietSeconds === null ? "Presently in Normal-Mode." : `Presently in Quiet-Mode: ${quietSeconds} seconds remain.`,
      window === null
        ? "No login failed lately."
        : `Login failures in the current window: ${number(window.failures)}; ${window.seconds} seconds remain.`,
    ],
    blocked.length === 0
      ? ["No source is blocked."]
      : columns(
          ["BLOCKED SOURCE", "SECONDS LEFT"],
          blocked.map((each) => [each.source, each.seconds]),
        ),
  );
}

export function failureLines({ count, latest }: RefusalsStatus): string[] {
  const total = [`Total failed logins: ${number(count)}`];
  if (latest.length === 0) return total;
  const rows = latest.map(({ user, from, count, at }) => [user, from, count, dateAndTime(at)]);
  return paragraphs(total, columns(["USER", "FROM", "COUNT", "LAST"], rows));
}
