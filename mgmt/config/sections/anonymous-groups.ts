// Anonymous groups: the addresses that become subscribers when traffic from them is seen. The longest range wins.

import { z } from "zod";
import type { Rendered } from "../../../cli/grammar/command.ts";
import { type Prefix, parsePrefix } from "../../../cli/grammar/prefix.ts";
import { cliText } from "../../errors.ts";
import type { Configuration } from "../configuration.ts";
import { put, remove } from "../lists.ts";
import { excess, type Path, type Problem, problem, repeats } from "../problems.ts";
import { line, type Section } from "../section.ts";
import { prefix, string } from "../values.ts";
import { SUBSCRIBER } from "./subscribers.ts";
import { TEMPLATE_MAX, usableTemplates } from "./templates.ts";

/** The SCE8000's limit (Software Configuration Guide 3.1.6S, page 9-4). */
export const ANONYMOUS_GROUPS_MAX = 1000;

/** An IPv6 subscriber is a /64 unless its group says otherwise; an IPv4 subscriber is an address. */
const USUAL_PREFIX_LENGTH = { 4: 32, 6: 64 } as const;

export const anonymousGroupSchema = z.strictObject({
  name: string,
  prefix,
  template: z.int().min(0).max(TEMPLATE_MAX),
  /** In bits: each such prefix inside the group is one subscriber. IPv4: 32. */
  subscriberPrefixLength: z.int().min(32).max(128),
});

export type AnonymousGroup = z.infer<typeof anonymousGroupSchema>;

const anonymousGroup = line({
  mode: "linecard",
  syntax: `subscriber anonymous-group name <name:STRING> IP-range <prefix:IP-RANGE> [template <template:0-${TEMPLATE_MAX}>] [prefix-length <subscriberPrefixLength:32-128>]`,
  help: {
    subscriber: SUBSCRIBER,
    "anonymous-group": "Addresses that become subscribers when they are seen",
    name: "Name the group",
    "<name>": "Its name",
    "IP-range": "Its addresses",
    "<prefix>": "An IPv4 or IPv6 range; where groups overlap, the longest wins",
    template: "What its subscribers are born with",
    "<template>": "The template's number (default 0)",
    "prefix-length": "How much of an IPv6 address is one subscriber",
    "<subscriberPrefixLength>": "In bits (default 64)",
  },
  suggest: {
    name: ({ anonymousGroups }) => anonymousGroups.map(({ name }) => name),
    template: ({ templates }) => [0, ...templates.map(({ id }) => id)],
  },
  defaults: { template: 0 },
  run: ({ anonymousGroups }, { name, prefix, template, subscriberPrefixLength = usualPrefixLength(prefix) }) =>
    put(anonymousGroups, { name, prefix, template, subscriberPrefixLength }, nameOf),
  slot: "subscriber anonymous-group name <name:STRING>",
  no: ({ anonymousGroups }, { name }) => remove(anonymousGroups, name, nameOf),
});

export const anonymousGroups: Section = {
  lines: anonymousGroup.forms,

  render: ({ anonymousGroups }) => anonymousGroups.map(printGroup),

  *check(configuration, before) {
    const { anonymousGroups } = configuration;
    const path = ["anonymousGroups"];
    yield* repeats(path, anonymousGroups, "Group", nameOf);
    yield* repeats(path, anonymousGroups, "IP-range", ({ prefix }) => prefix);
    yield* excess([[path, anonymousGroups]], ANONYMOUS_GROUPS_MAX, "anonymous groups");
    const usable = usableTemplates(configuration);
    const inUse = new Set(before ? usableGroups(before).map(nameOf) : []);
    for (const [index, group] of anonymousGroups.entries()) {
      yield* checkPrefixLength([...path, index, "subscriberPrefixLength"], group);
      if (usable.has(group.template) || !inUse.has(group.name)) continue;
      yield problem([...path, index, "template"], ...withoutPackage(group.template));
    }
  },

  *incomplete(configuration) {
    const usable = usableTemplates(configuration);
    for (const { name, template } of configuration.anonymousGroups) {
      if (usable.has(template)) continue;
      yield { object: `anonymous group ${name}`, lacks: cliText(...withoutPackage(template)) };
    }
  },
};

/** The groups whose template leads to a package. The others are incomplete: nothing is counted of their addresses. */
export function usableGroups(
  configuration: Pick<Configuration, "anonymousGroups" | "templates" | "packages">,
): Configuration["anonymousGroups"] {
  const usable = usableTemplates(configuration);
  return configuration.anonymousGroups.filter(({ template }) => usable.has(template));
}

/** What to tell of it. */
function withoutPackage(template: number): ["unknown-package" | "unknown-template", number] {
  return [template === 0 ? "unknown-package" : "unknown-template", template];
}

function* checkPrefixLength(path: Path, group: Readonly<AnonymousGroup>): Iterable<Problem> {
  const { family, length } = parsePrefix(group.prefix);
  if (family === 4 && group.subscriberPrefixLength !== USUAL_PREFIX_LENGTH[4]) {
    yield problem(path, "prefix-length-is-for-ipv6");
  } else if (group.subscriberPrefixLength < length) {
    yield problem(path, "subscriber-wider-than-group", group.name, length);
  }
}

function printGroup({ subscriberPrefixLength, ...group }: Readonly<AnonymousGroup>): Rendered {
  const isUsual = subscriberPrefixLength === usualPrefixLength(group.prefix);
  return anonymousGroup.print(isUsual ? group : { ...group, subscriberPrefixLength });
}

function usualPrefixLength(prefix: Prefix): number {
  return USUAL_PREFIX_LENGTH[parsePrefix(prefix).family];
}

function nameOf({ name }: Pick<AnonymousGroup, "name">): string {
  return name;
}
