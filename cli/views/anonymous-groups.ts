// Anonymous groups and templates, as the SCE draws them.

import type { Facts } from "../../mgmt/config/service.ts";
import type { SubscriberPackage } from "../../mgmt/subscribers/subscriber.ts";
import { columns } from "../columns.ts";
import { printRange } from "../grammar/prefix.ts";
import { packageText } from "./policy-words.ts";

export function anonymousGroupLines(groups: Facts["anonymousGroups"]): string[] {
  const [heading = "", ...rows] = columns(
    ["Name", "IP range", "Template #", "Subscriber"],
    groups.map(({ name, prefix, template, subscriberPrefixLength }) => [
      ...[name, printRange(prefix), `${template}`],
      prefix.includes(":") ? `each /${subscriberPrefixLength}` : "each address",
    ]),
  );
  const are = groups.length === 1 ? "group is" : "groups are";
  return [heading, "-".repeat(heading.length), ...rows, `${groups.length} anonymous ${are} configured.`];
}

export interface TemplatePackage {
  readonly template: number;
  /** Null: there is no such package. */
  readonly package: SubscriberPackage | null;
}

export function templateLines(templates: readonly TemplatePackage[]): string[] {
  const [heading = "", ...rows] = columns(
    ["Template #", "Package"],
    templates.map(({ template, package: owner }) => [`${template}`, packageText(owner)]),
  );
  return [heading, "-".repeat(heading.length), ...rows];
}
