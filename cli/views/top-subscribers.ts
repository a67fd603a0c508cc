// Who used most of a service.

import { subscriberText } from "../../mgmt/breaches/notice.ts";
import type { Ranked, TopUsage } from "../../mgmt/reports/top-usage.ts";
import { nameIdOf } from "../../mgmt/subscribers/name-address.ts";
import type { SubscriberPackage } from "../../mgmt/subscribers/subscriber.ts";
import type { Metric } from "../../mgmt/usage/usage.ts";
import { number } from "../../mgmt/words.ts";
import { columns, paragraphs } from "../columns.ts";
import { bar, percentText } from "./bars.ts";
import { coveredText, missingLines } from "./covered.ts";
import { packageText } from "./policy-words.ts";

export interface TopSubscribers extends TopUsage {
  readonly service: string;
  readonly metric: Metric;
  readonly top: readonly TopSubscriber[];
}

interface TopSubscriber extends Ranked {
  /** As the configuration has them now; null: none. */
  readonly group: string | null;
  readonly package: SubscriberPackage | null;
}

const metricWords: Readonly<Record<Metric, string>> = {
  ...{ sessions: "sessions", refused: "refused attempts", destinations: "destinations", bytes: "bytes" },
};

/** `Top subscribers by sessions` is what SCEs call this report. */
export function topSubscriberLines({ service, metric, covered, active, total, top }: TopSubscribers): string[] {
  const title = [
    `Top subscribers by ${metricWords[metric]} of ${service}`,
    coveredText(covered),
    ...missingLines(covered),
  ];
  if (active === 0) return paragraphs(title, [`Nobody had any ${metricWords[metric]} of ${service}.`]);
  const longest = top[0]?.value.count ?? 0;
  const table = columns(
    ["RANK", "SUBSCRIBER", "ANONYMOUS GROUP", "PACKAGE", metric.toUpperCase(), total === null ? "" : "SHARE", ""],
    top.map((each, index) => [
      index + 1,
      subscriberText(each),
      ...belongingTexts(each),
      each.value.isMore ? `over ${number(each.value.count)}` : each.value.count,
      total === null ? "" : percentText(each.value.count / total).padStart(7),
      bar(each.value.count, longest),
    ]),
  );
  return paragraphs(title, table, [othersText(active, total, metric)]);
}

/** A name has no group, and his package is not on record. */
function belongingTexts({ subscriber, group, package: owner }: TopSubscriber): [string, string] {
  if (nameIdOf(subscriber.address) !== undefined) return ["-", "-"];
  return [group ?? "none any more", packageText(owner)];
}

function othersText(active: number, total: number | null, metric: Metric): string {
  const who = active === 1 ? "1 subscriber" : `${number(active)} subscribers`;
  return total === null ? `${who} in all had any.` : `${who} in all had ${number(total)} ${metricWords[metric]}.`;
}
