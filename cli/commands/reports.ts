// Reports on usage: who uses most of a service, and what is usual. A quota is chosen by them.

import { measuredServices } from "../../mgmt/config/known-services.ts";
import { named } from "../../mgmt/subscribers/name-directory.ts";
import { packageNameOf, packageOf } from "../../mgmt/subscribers/subscribers.ts";
import { baselineLines } from "../views/baseline.ts";
import { topSubscriberLines } from "../views/top-subscribers.ts";
import { type Context, type ExecCommand, show } from "./exec.ts";
import { showHelp } from "./help.ts";

const LEVEL = 5;

const COUNT_DEFAULT = 10;

/** Percent of those who are active. */
const SHARE_DEFAULT = 0.1;

/** In minutes. */
const lengths = { "1m": 1, "1h": 60, "24h": 1440, "7d": 10_080 } as const;

const lengthHelp = { "1h": "The last hour", "24h": "The last day", "7d": "The last week" } as const;

const reportHelp = {
  ...{ ...showHelp, report: "What was measured of subscribers" },
  ...{ service: "Of one service", "<service>": "Its name" },
} as const;

const suggestServices = { service: measuredServices };

const top = show({
  syntax:
    "show report top-subscribers service <service:WORD> metric <metric:sessions|refused|destinations|bytes> [period <period:1m|1h|24h|7d>] [count <count:1-1000>]",
  help: {
    ...reportHelp,
    "top-subscribers": "Who used most",
    metric: "Of what",
    sessions: "Sessions that were opened and passed",
    refused: "Attempts that were refused",
    destinations: "Different addresses at the other end",
    bytes: "Of frames, both ways",
    period: "Over which time (default 1h)",
    "1m": "The minute that ended last",
    ...lengthHelp,
    count: "How many subscribers",
    "<count>": "So many (default 10)",
  },
  suggest: suggestServices,
  level: LEVEL,
  async query({ appliance }, { service, metric, period = "1h", count = COUNT_DEFAULT }) {
    const { reports } = appliance;
    const query = { service, metric, count };
    const report = await (period === "1m"
      ? reports.lastMinute(query)
      : reports.topUsage({ ...query, minutes: lengths[period] }));
    const known = await named(report.top, appliance.names);
    const top = known.map((each) => ({ ...each, ...ownerOf(appliance, each.subscriber.address) }));
    return { ...report, service, metric, top };
  },
  view: topSubscriberLines,
});

const baseline = show({
  syntax:
    "show report baseline service <service:WORD> period <periodSeconds:1-86400> [over <over:1h|24h|7d>] [share <share:PERCENT>]",
  help: {
    ...reportHelp,
    baseline: "How many sessions subscribers open in a period, and a quota that few would reach",
    period: "The detector's period: the time covered is over",
    "<periodSeconds>": "Seconds: a multiple of 60",
    over: "Over which time (default 24h)",
    ...lengthHelp,
    share: "How many of those who are active may reach the quota (default 0.1)",
    "<share>": "Percent of them",
  },
  suggest: suggestServices,
  level: LEVEL,
  async query({ appliance }, { service, periodSeconds, over = "24h", share = SHARE_DEFAULT }) {
    const { reports } = appliance;
    const minutes = lengths[over];
    const [report, known] = await Promise.all([
      reports.baseline({ service, periodSeconds, minutes, share }),
      reports.known(),
    ]);
    return { ...report, service, periodSeconds, share, known };
  },
  view: baselineLines,
});

export const reportCommands: readonly ExecCommand[] = [top, baseline];

function ownerOf({ subscribers, facts }: Context["appliance"], address: string) {
  const group = subscribers.groupOf(address);
  const owner = group && packageOf(facts(), group);
  return { group: group?.name ?? null, package: owner ? packageNameOf(owner) : null };
}
