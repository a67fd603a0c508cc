// What would be done with a session, for a person.

import { subscriberText } from "../../mgmt/breaches/notice.ts";
import type {
  Classified,
  ClassifiedOverride,
  ClassifiedService,
  ClassifiedSubscriber,
} from "../../mgmt/policy/classify.ts";
import { columns, fields, paragraphs } from "../columns.ts";
import { packageText } from "./policy-words.ts";
import { countText } from "./services.ts";
import { notRefusingLines } from "./subscribers.ts";

/** `refusing`: whether any link is forwarding. */
export function classifiedLines(asked: Classified & { readonly refusing: boolean }): string[] {
  const { from, to, subscriber } = asked;
  if (!subscriber) return [`Neither ${from} nor ${to} is a subscriber's: it passes, and nothing is counted.`];
  return paragraphs(
    notRefusingLines(asked.refusing),
    whoLines(asked, subscriber),
    serviceLines(asked),
    detectorLines(asked),
    asked.overrides.map(overrideText),
    [outcomeText(asked)],
  );
}

function whoLines({ opener }: Classified, subscriber: ClassifiedSubscriber): string[] {
  const { name, address, prefixLength, group, template, package: owner } = subscriber;
  return fields({
    Subscriber: name ?? subscriberText({ subscriber: { address, prefixLength, outerVlan: 0, innerVlan: 0 } }),
    "Opened by": opener === "subscriber" ? "the subscriber" : "the network",
    ...(name === null && { "Anonymous group": `"${group}"`, Template: `${template}` }),
    Package: packageText(owner),
  });
}

function serviceLines({ services, protocol, serverPort }: Classified): string[] {
  if (services.length === 0) return [`No service that is used has ${protocol} port ${serverPort}.`];
  return columns(
    ["SERVICE", "IN IT", "WHY"],
    services.map((each) => [each.name, each.verdict.startsWith("other-") ? "no" : "yes", whyText(each)]),
  );
}

function whyText({ verdict, initiator, zone }: ClassifiedService): string {
  switch (verdict) {
    case "other-side":
      return `only what the ${initiator} opens`;
    case "other-zone":
      return zone?.relation === "include" ? `only with zone ${zone.name}` : `not with zone ${zone?.name}`;
    case "blocked":
      return "refused by an override";
    case "exempt":
      return "exempt by an override: neither counted nor refused";
    case "measured":
      return "measured";
    case "unmeasured":
      return "nothing of it is counted: his package does not name it";
  }
}

function detectorLines({ detectors }: Classified): string[] {
  if (detectors.length === 0) return [];
  return columns(
    ["COUNTED BY", "IN", "ACTION"],
    detectors.map((each) => [countText(each), each.service, each.actions.join(" ")]),
  );
}

function overrideText({ number, givesPackage, exempt, blocked }: ClassifiedOverride): string {
  const does = [
    ...(givesPackage ? ["gives the package"] : []),
    ...(exempt.length > 0 ? [`exempts ${exempt.join(", ")}`] : []),
    ...(blocked.length > 0 ? [`refuses ${blocked.join(", ")}`] : []),
  ];
  return `${number === 0 ? 'A line "mass-mailing ... zone"' : `Override ${number}`} ${does.join(" and ")}.`;
}

function outcomeText({ services, detectors }: Classified): string {
  if (services.some(({ verdict }) => verdict === "blocked")) return "It is refused.";
  const refusing = detectors.filter(({ actions }) => actions.includes("block"));
  if (refusing.length === 0) return "It passes, whatever is counted.";
  return "It passes, unless he is in breach of one of these detectors that blocks.";
}
