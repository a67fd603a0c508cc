// Subscribers: how traffic is told apart by subscriber, and the package that each is born with.

import { z } from "zod";
import { type Prefix, parsePrefix } from "../../../cli/prefix.ts";
import { add } from "../lists.ts";
import { excess, type Path, type Problem, problem, repeats } from "../problems.ts";
import { line, type Section } from "../section.ts";
import { prefix, string } from "../values.ts";
import { PACKAGE_ID_MAX, packageId } from "./packages.ts";

/** The SCE8000's limit (SCE8000 10GBE Software Configuration Guide 3.1.6S, 9-4). */
export const ANONYMOUS_GROUPS_MAX = 1000;

/** Templates are 0 to 199 on the SCE; 0 cannot be changed. Here it is package 0. */
export const TEMPLATE_MAX = 199;

/** A week. */
export const AGEING_MINUTES_MAX = 10_080;

export const AGEING_MINUTES_DEFAULT = 30;
const IPV4_BITS = 32;

/** An IPv6 subscriber is a /64 unless its group says otherwise. */
const IPV6_SUBSCRIBER_BITS = 64;

export const anonymousGroupSchema = z.strictObject({
  name: string,
  prefix,
  template: z.int().min(0).max(TEMPLATE_MAX),
  /** In bits, 32 to 128: each such prefix inside the group is one subscriber. IPv4: 32, an address. */
  subscriberPrefixLength: z.int().min(32).max(128),
});

export const templateSchema = z.strictObject({ id: z.int().min(1).max(TEMPLATE_MAX), package: packageId });

export const subscribersSchema = z.strictObject({
  mode: z.enum(["anonymous"]),
  anonymousGroups: z.array(anonymousGroupSchema),
  /** Template 0 is not listed: it is package 0. */
  templates: z.array(templateSchema),
  /** Minutes without traffic after which an anonymous subscriber is forgotten; null: never. */
  anonymousAgeingMinutes: z.int().min(1).max(AGEING_MINUTES_MAX).nullable(),
});

const SUBSCRIBER = "How subscribers are told apart";

const mode = line({
  mode: "linecard",
  syntax: "subscriber mode <mode:anonymous>",
  help: {
    subscriber: SUBSCRIBER,
    mode: "Where subscribers come from",
    anonymous: "Each address seen inside an anonymous group is one",
  },
  run: ({ subscribers }, { mode }) => {
    subscribers.mode = mode;
  },
});

const anonymousGroup = line({
  mode: "linecard",
  syntax: `subscriber anonymous-group name <name:STRING> IP-range <prefix:IP-RANGE> [template <template:0-${TEMPLATE_MAX}>] [prefix-length <subscriberPrefixLength:32-128>]`,
  help: {
    subscriber: SUBSCRIBER,
    "anonymous-group": "Addresses that become subscribers when they are seen; the longest range wins",
    name: "Name the group",
    "<name>": "Its name",
    "IP-range": "Its addresses",
    "<prefix>": "An IPv4 or IPv6 range",
    template: "What its subscribers are born with",
    "<template>": "The template's number (default 0)",
    "prefix-length": "How much of an IPv6 address is one subscriber",
    "<subscriberPrefixLength>": "In bits (default 64)",
  },
  run: (
    { subscribers: { anonymousGroups } },
    { name, prefix, template = 0, subscriberPrefixLength = usualSubscriberPrefixLength(prefix) },
  ) => add(anonymousGroups, { name, prefix, template, subscriberPrefixLength }, (group) => group.name),
});

const template = line({
  mode: "linecard",
  syntax: `subscriber template <id:1-${TEMPLATE_MAX}> package <package:0-${PACKAGE_ID_MAX}>`,
  help: {
    subscriber: SUBSCRIBER,
    template: "What anonymous subscribers are born with",
    "<id>": "The template's number; template 0 is always package 0",
    package: "Their package",
    "<package>": "Its number",
  },
  run: ({ subscribers }, template) => add(subscribers.templates, template, ({ id }) => id),
});

const AGEING = { subscriber: SUBSCRIBER, aging: "Forgetting subscribers", anonymous: "Those of anonymous groups" };

const ageing = line({
  mode: "linecard",
  syntax: `subscriber aging anonymous timeout <minutes:1-${AGEING_MINUTES_MAX}>`,
  help: { ...AGEING, timeout: "After a time without traffic", "<minutes>": "In minutes (default 30)" },
  run: ({ subscribers }, { minutes }) => {
    subscribers.anonymousAgeingMinutes = minutes;
  },
});

const noAgeing = line({
  mode: "linecard",
  syntax: "no subscriber aging anonymous",
  help: { ...AGEING, no: "Turn something off" },
  run: ({ subscribers }) => {
    subscribers.anonymousAgeingMinutes = null;
  },
});

const defaultAgeing = line({
  mode: "linecard",
  syntax: "default subscriber aging anonymous",
  help: { ...AGEING, default: "Set something back to its default" },
  run: ({ subscribers }) => {
    subscribers.anonymousAgeingMinutes = AGEING_MINUTES_DEFAULT;
  },
});

export const subscribers: Section = {
  lines: [mode, anonymousGroup, template, ageing, noAgeing, defaultAgeing],

  render({ subscribers: { anonymousGroups, templates, anonymousAgeingMinutes, ...rest } }) {
    return [
      [
        mode.print(rest),
        ...anonymousGroups.map(printGroup),
        ...templates.map(template.print),
        anonymousAgeingMinutes === null ? noAgeing.print({}) : ageing.print({ minutes: anonymousAgeingMinutes }),
      ],
    ];
  },

  *check({ subscribers: { anonymousGroups, templates }, packages }) {
    const groupsPath = ["subscribers", "anonymousGroups"];
    yield* repeats(
      groupsPath,
      anonymousGroups,
      ({ name }) => name,
      ({ name }) => `Group ${name}`,
    );
    yield* repeats(
      groupsPath,
      anonymousGroups,
      ({ prefix }) => prefix,
      ({ prefix }) => `IP-range ${prefix}`,
    );
    yield* excess(groupsPath, anonymousGroups, ANONYMOUS_GROUPS_MAX, "anonymous groups");
    yield* repeats(
      ["subscribers", "templates"],
      templates,
      ({ id }) => id,
      ({ id }) => `Template ${id}`,
    );

    const packageIds = new Set(packages.map(({ id }) => id));
    const packageOf = new Map([[0, 0], ...templates.map((each) => [each.id, each.package] as const)]);
    for (const [index, each] of templates.entries()) {
      const path = ["subscribers", "templates", index, "package"];
      if (!packageIds.has(each.package)) yield problem(path, "unknown-package", each.package);
    }
    for (const [index, group] of anonymousGroups.entries()) {
      yield* checkGroup([...groupsPath, index], group);
      const path = [...groupsPath, index, "template"];
      if (!packageOf.has(group.template)) yield problem(path, "unknown-template", group.template);
      else if (group.template === 0 && !packageIds.has(0)) yield problem(path, "unknown-package", 0);
    }
  },
};

type AnonymousGroup = Readonly<z.infer<typeof anonymousGroupSchema>>;

function* checkGroup(path: Path, { name, prefix, subscriberPrefixLength }: AnonymousGroup): Iterable<Problem> {
  const { family, length } = parsePrefix(prefix);
  const at = [...path, "subscriberPrefixLength"];
  if (family === 4 && subscriberPrefixLength !== IPV4_BITS) yield problem(at, "prefix-length-is-for-ipv6");
  else if (subscriberPrefixLength < length) yield problem(at, "subscriber-wider-than-group", name, length);
}

function usualSubscriberPrefixLength(prefix: Prefix): number {
  return parsePrefix(prefix).family === 4 ? IPV4_BITS : IPV6_SUBSCRIBER_BITS;
}

function printGroup({ subscriberPrefixLength, ...group }: AnonymousGroup): string {
  if (subscriberPrefixLength === usualSubscriberPrefixLength(group.prefix)) return anonymousGroup.print(group);
  return anonymousGroup.print({ ...group, subscriberPrefixLength });
}
