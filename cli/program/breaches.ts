// `postern breaches`: who was in breach.

import type { Breach } from "../../mgmt/breaches/breach.ts";
import { detectorText, isBlocked, subscriberText } from "../../mgmt/breaches/notice.ts";
import { dateAndTime } from "../../mgmt/journal.ts";
import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { columns } from "../columns.ts";
import { type Command, printJson } from "./command.ts";

export const breaches: Command = async ({ runDirectory, json, count }) => {
  const found = await ask(daemonSocket(runDirectory), { ask: "breaches", count });
  if (json) return printJson(found);
  return { text: found.length > 0 ? breachLines(found).join("\n") : "No breach yet." };
};

/** A heading and a line each. */
export function breachLines(found: readonly Breach[]): string[] {
  return columns(
    ["SINCE", "UNTIL", "ENDED", "SUBSCRIBER", "BREACH OF", "ACTION", "REFUSED"],
    found.map((breach) => [
      dateAndTime(breach.startedAt),
      time(breach.untilAt),
      breach.endedAt === null ? "-" : time(breach.endedAt),
      subscriberText(breach),
      detectorText(breach),
      isBlocked(breach) ? "blocked" : "reported",
      // Told when it ends.
      breach.endedAt === null ? "-" : breach.refused,
    ]),
  );
}

function time(unixMs: number): string {
  return dateAndTime(unixMs).slice(-"00:00:00".length);
}
