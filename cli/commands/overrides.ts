// What people decide about some subscribers, whatever is counted of them.

import { serviceNames } from "../../mgmt/config/known-services.ts";
import { PACKAGE_ID_MAX } from "../../mgmt/config/sections/packages.ts";
import { zoneNames } from "../../mgmt/config/sections/zones.ts";
import type { Facts } from "../../mgmt/config/service.ts";
import {
  clearOverride,
  type MakeOverrideInput,
  makeOverride,
  OVERRIDE_MINUTES_MAX,
} from "../../mgmt/operations/override.ts";
import type { JudgedOverride, OverrideKind, OverrideQuestions, OverrideRule } from "../../mgmt/overrides/override.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { whoIs } from "../../mgmt/subscribers/whom.ts";
import { number } from "../../mgmt/words.ts";
import { printAddress } from "../grammar/address.ts";
import { parsePrefix } from "../grammar/prefix.ts";
import { clearedLines, madeLines, overrideLines } from "../views/overrides.ts";
import { confirmed } from "./confirmed.ts";
import { act, type Context, type ExecCommand, show } from "./exec.ts";
import { showHelp } from "./help.ts";

const subscriber = "A customer, or a range of them";

const subscriberHelp = {
  subscriber,
  ip: "By address, in whatever VLAN",
  "<prefix>": "An address, which means the whole customer, or a prefix",
} as const;

const nameHelp = { subscriber, name: "By name, whatever his addresses are", "<name>": "His name" } as const;

const zoneHelp = { zone: "The addresses of a zone, on the subscribers' side", "<zone>": "Its name" } as const;

const serviceHelp = { service: "Only in one service", "<service>": "Its name" } as const;

const tillWhenAndWhy = {
  ...{ for: "For a time", "<minutes>": "In minutes (default: for good)" },
  ...{ reason: "Why, for the record", "<reason>": "The rest of the line" },
} as const;

const nothing = { prefix: null, name: null, zone: null, service: null, package: null } as const;

const suggest = {
  service: serviceNames,
  zone: zoneNames,
  package: ({ packages }: Facts) => packages.map(({ id }) => id),
};

interface Given {
  readonly minutes?: number | undefined;
  readonly reason: string;
}

function inputOf(kind: OverrideKind, rule: Partial<OverrideRule>, { minutes, reason }: Given) {
  return { ...nothing, kind, ...rule, minutes: minutes ?? null, reason };
}

const tail = `[for <minutes:1-${OVERRIDE_MINUTES_MAX}>] reason <reason:LINE>`;

const exempt = "Let somebody pass uncounted, in every service that is used or in one";
const forceBlock = "Refuse somebody every service that is used, or one, whatever is counted";

const exemptSubscriber = act({
  syntax: `exempt subscriber ip <prefix:PREFIX> [service <service:SERVICE>] ${tail}`,
  help: { exempt, ...subscriberHelp, ...serviceHelp, ...tillWhenAndWhy },
  suggest: { service: suggest.service },
  operation: makeOverride,
  foreword: about,
  input: ({ prefix, service = null, ...given }, context) =>
    whenConfirmed(context, inputOf("exempt", { prefix, service }, given)),
  view: madeLines,
});

const exemptName = act({
  syntax: `exempt subscriber name <name:STRING> [service <service:SERVICE>] ${tail}`,
  help: { exempt, ...nameHelp, ...serviceHelp, ...tillWhenAndWhy },
  suggest: { service: suggest.service },
  operation: makeOverride,
  input: ({ name, service = null, ...given }) => inputOf("exempt", { name, service }, given),
  view: madeLines,
});

const exemptZone = act({
  syntax: `exempt zone <zone:WORD> [service <service:SERVICE>] ${tail}`,
  help: { exempt, ...zoneHelp, ...serviceHelp, ...tillWhenAndWhy },
  suggest: { zone: suggest.zone, service: suggest.service },
  operation: makeOverride,
  foreword: about,
  input: ({ zone, service = null, ...given }, context) =>
    whenConfirmed(context, inputOf("exempt", { zone, service }, given)),
  view: madeLines,
});

const forceBlockSubscriber = act({
  syntax: `force-block subscriber ip <prefix:PREFIX> [service <service:SERVICE>] ${tail}`,
  help: { "force-block": forceBlock, ...subscriberHelp, ...serviceHelp, ...tillWhenAndWhy },
  suggest: { service: suggest.service },
  operation: makeOverride,
  foreword: about,
  input: ({ prefix, service = null, ...given }, context) =>
    whenConfirmed(context, inputOf("force-block", { prefix, service }, given)),
  view: madeLines,
});

const forceBlockName = act({
  syntax: `force-block subscriber name <name:STRING> [service <service:SERVICE>] ${tail}`,
  help: { "force-block": forceBlock, ...nameHelp, ...serviceHelp, ...tillWhenAndWhy },
  suggest: { service: suggest.service },
  operation: makeOverride,
  input: ({ name, service = null, ...given }) => inputOf("force-block", { name, service }, given),
  view: madeLines,
});

const forceBlockZone = act({
  syntax: `force-block zone <zone:WORD> [service <service:SERVICE>] ${tail}`,
  help: { "force-block": forceBlock, ...zoneHelp, ...serviceHelp, ...tillWhenAndWhy },
  suggest: { zone: suggest.zone, service: suggest.service },
  operation: makeOverride,
  foreword: about,
  input: ({ zone, service = null, ...given }, context) =>
    whenConfirmed(context, inputOf("force-block", { zone, service }, given)),
  view: madeLines,
});

const assignHelp = {
  assign: "Give somebody another package than his own",
  ...{ package: "Which", "<package>": "Its number", ...tillWhenAndWhy },
} as const;

const assignName = act({
  syntax: `assign subscriber name <name:STRING> package <package:0-${PACKAGE_ID_MAX}> ${tail}`,
  help: { ...assignHelp, ...nameHelp },
  suggest: { package: suggest.package },
  operation: makeOverride,
  input: ({ name, package: id, ...given }) => inputOf("assign", { name, package: id }, given),
  view: madeLines,
});

const assign = act({
  syntax: `assign subscriber ip <prefix:PREFIX> package <package:0-${PACKAGE_ID_MAX}> ${tail}`,
  help: { ...assignHelp, ...subscriberHelp },
  suggest: { package: suggest.package },
  operation: makeOverride,
  foreword: about,
  input: ({ prefix, package: id, ...given }, context) =>
    whenConfirmed(context, inputOf("assign", { prefix, package: id }, given)),
  view: madeLines,
});

const clear = act({
  syntax: "clear override <number:1-4294967295> [reason <reason:LINE>]",
  help: {
    ...{ clear: "Begin anew", override: "End one before its time", "<number>": 'Its number: see "show overrides"' },
    ...{ reason: "Why, for the record", "<reason>": "The rest of the line" },
  },
  operation: clearOverride,
  input: ({ number, reason = "" }) => ({ number, reason }),
  view: clearedLines,
});

const overridesHelp = { ...showHelp, overrides: "What was decided about some subscribers, by whom and why" } as const;

const showOverrides = show({
  syntax: "show overrides [<ended:all>] [ip <address:ADDRESS>]",
  help: {
    ...overridesHelp,
    all: "Those that are over, too",
    ip: "Those that are about an address, the closest first",
    "<address>": "The address",
  },
  level: 5,
  query: ({ appliance }, { ended, address }) => found(appliance.overrides, ended !== undefined, address),
  view: overrideLines,
});

const showOfName = show({
  syntax: "show overrides [<ended:all>] name <name:STRING>",
  help: {
    ...overridesHelp,
    ...{ all: "Those that are over, too", name: "Those that are about a subscriber by name", "<name>": "His name" },
  },
  level: 5,
  async query({ appliance }, { ended, name }) {
    const { address } = await whoIs(name, appliance.names);
    return appliance.overrides.of(address, { ended: ended !== undefined });
  },
  view: overrideLines,
});

export const overrideCommands: readonly ExecCommand[] = [
  ...[exemptSubscriber, exemptName, exemptZone, forceBlockSubscriber, forceBlockName, forceBlockZone],
  ...[assign, assignName, clear, showOverrides, showOfName],
];

async function found(
  overrides: OverrideQuestions,
  ended: boolean,
  address?: string,
): Promise<readonly JudgedOverride[]> {
  if (address !== undefined) return overrides.of(address, { ended });
  return (await Array.fromAsync(overrides.list({ ended }))).flat();
}

type Target = { readonly prefix?: string | undefined; readonly zone?: string | undefined };

/** Of an override that is about more than one subscriber: about how many. */
async function about({ appliance }: Context, { prefix, zone }: Target): Promise<string[]> {
  if (!isOfSeveral(appliance, { prefix, zone })) return [];
  if (prefix === undefined) {
    const prefixes = appliance.facts().zones.find(({ name }) => name === zone)?.prefixes ?? 0;
    return [
      `Zone ${zone} has ${number(prefixes)} ${prefixes === 1 ? "prefix" : "prefixes"}: all subscribers in it are meant.`,
    ];
  }
  const { family, length } = parsePrefix(prefix);
  const addresses = family === 4 && length < 32 ? [`${number(2 ** (32 - length))} addresses`] : [];
  return [`${[prefix, ...addresses].join(" has ")}: ${await knownText(appliance, prefix)}.`];
}

async function knownText({ subscribers }: Context["appliance"], prefix: string): Promise<string> {
  try {
    const known = await subscribers.count({ within: [prefix] });
    return known === 1 ? "1 known subscriber is in it" : `${number(known)} known subscribers are in it`;
  } catch (error) {
    if (error instanceof Sentence) return "how many known subscribers are in it cannot be told";
    throw error;
  }
}

async function whenConfirmed(context: Context, input: MakeOverrideInput): Promise<MakeOverrideInput> {
  const { kind, prefix, zone } = input;
  if (isOfSeveral(context.appliance, { prefix: prefix ?? undefined, zone: zone ?? undefined })) {
    await confirmed(context, `Proceed with ${kind}?`, "nothing has changed");
  }
  return input;
}

/** A zone that does not exist is refused anyhow. */
function isOfSeveral({ facts, subscribers }: Context["appliance"], { prefix, zone }: Target): boolean {
  if (prefix === undefined) return facts().zones.some(({ name }) => name === zone);
  const { bytes, length } = parsePrefix(prefix);
  return length < (subscribers.groupOf(printAddress(bytes))?.subscriberPrefixLength ?? 8 * bytes.length);
}
