// Questions about subscribers, under `show interface LineCard 0 subscriber`.

import { subscriberText } from "../../mgmt/breaches/notice.ts";
import { usableGroups } from "../../mgmt/config/sections/anonymous-groups.ts";
import type { Facts } from "../../mgmt/config/service.ts";
import { NO_FAST_PATH } from "../../mgmt/engine/engine_port.ts";
import type { SubscriberQuery } from "../../mgmt/engine/subscriber_query.ts";
import { assignedTo } from "../../mgmt/overrides/decisive.ts";
import type { JudgedOverride } from "../../mgmt/overrides/override.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { nameIdOf } from "../../mgmt/subscribers/name-address.ts";
import type { Subscriber } from "../../mgmt/subscribers/subscriber.ts";
import { packageNameOf, packageOf } from "../../mgmt/subscribers/subscribers.ts";
import { addressesOf, whoeverHas } from "../../mgmt/subscribers/whom.ts";
import { dateAndTime } from "../../mgmt/words.ts";
import { anonymousGroupLines, templateLines } from "../views/anonymous-groups.ts";
import { databaseLines } from "../views/subscriber-database.ts";
import { amountLines, subscriberLines, subscriberListLines, subscriberNameLines } from "../views/subscribers.ts";
import { type Context, type ExecCommand, show } from "./exec.ts";
import { showSubscriberHelp } from "./help.ts";
import { isRefusing } from "./refusing.ts";

const LEVEL = 5;

/** A list that is longer is cut: it is for reading. */
const LISTED_MAX = 10_000;

const groupHelp = { name: "One group", "<group>": "Its name" } as const;
const amountHelp = { amount: "How many there are" } as const;
const anonymousHelp = { anonymous: "Subscribers of the anonymous groups" } as const;
const mappingHelp = {
  ...{ mapping: "By address", "included-in": "Those who lie in a range", IP: "Of addresses" },
  "<range>": "The range",
} as const;

const suggestGroups = { group: ({ anonymousGroups }: Facts) => anonymousGroups.map(({ name }) => name) };

const byAddress = show({
  syntax: "show interface LineCard 0 subscriber ip <address:ADDRESS>",
  help: { ...showSubscriberHelp, ip: "Who has an address, and whether he is blocked", "<address>": "The address" },
  level: LEVEL,
  async query({ appliance }, { address }) {
    const { subscribers } = appliance;
    const found = await Array.fromAsync(subscribers.find({ containing: address }));
    const group = subscribers.groupOf(address)?.name ?? null;
    const addresses = addressesOf(whoeverHas(address), found.flat());
    const overrides = (await Promise.all(addresses.map((each) => appliance.overrides.of(each)))).flat();
    const inForce = overrides.filter(({ idle }) => idle === null);
    const known = found.flat().map((each) => withAssigned(each, inForce, appliance.facts()));
    return { address, group, subscribers: known, overrides, refusing: isRefusing(appliance) };
  },
  view: subscriberLines,
});

const amount = show({
  syntax: "show interface LineCard 0 subscriber amount",
  help: { ...showSubscriberHelp, ...amountHelp },
  level: LEVEL,
  query: ({ appliance }) => amountOf(appliance, {}),
  view: amountLines,
});

const anonymousAmount = show({
  syntax: "show interface LineCard 0 subscriber amount anonymous [name <group:STRING>]",
  help: { ...showSubscriberHelp, ...amountHelp, ...anonymousHelp, ...groupHelp },
  suggest: suggestGroups,
  level: LEVEL,
  query: ({ appliance }, { group }) => amountOf(appliance, queryOf(appliance.facts(), group)),
  view: amountLines,
});

const mappingAmount = show({
  syntax: "show interface LineCard 0 subscriber amount mapping included-in IP <range:IP-RANGE>",
  help: { ...showSubscriberHelp, ...amountHelp, ...mappingHelp },
  level: LEVEL,
  query: ({ appliance }, { range }) => amountOf(appliance, { within: [range] }),
  view: amountLines,
});

const allNames = show({
  syntax: "show interface LineCard 0 subscriber all-names",
  help: {
    ...showSubscriberHelp,
    "all-names": "How many there are, and their names: an anonymous one's is his address",
  },
  level: LEVEL,
  async query({ appliance }) {
    const { amount } = await amountOf(appliance, {});
    const { subscribers } = await listOf(appliance, {});
    return { amount, names: subscribers.map(subscriberText) };
  },
  view: subscriberNameLines,
});

const anonymous = show({
  syntax: "show interface LineCard 0 subscriber anonymous [name <group:STRING>]",
  help: { ...showSubscriberHelp, ...anonymousHelp, ...groupHelp },
  suggest: suggestGroups,
  level: LEVEL,
  query: ({ appliance }, { group }) => listOf(appliance, queryOf(appliance.facts(), group)),
  view: subscriberListLines,
});

const mapping = show({
  syntax: "show interface LineCard 0 subscriber mapping included-in IP <range:IP-RANGE>",
  help: { ...showSubscriberHelp, ...mappingHelp },
  level: LEVEL,
  query: ({ appliance }, { range }) => listOf(appliance, { within: [range] }),
  view: subscriberListLines,
});

const groupsHelp = { ...showSubscriberHelp, "anonymous-group": "Addresses that become subscribers when they are seen" };

const groups = show({
  syntax: "show interface LineCard 0 subscriber anonymous-group [all]",
  help: { ...groupsHelp, all: "Every one" },
  level: LEVEL,
  query: ({ appliance }) => appliance.facts().anonymousGroups,
  view: anonymousGroupLines,
});

const group = show({
  syntax: "show interface LineCard 0 subscriber anonymous-group name <group:STRING>",
  help: { ...groupsHelp, ...groupHelp },
  suggest: suggestGroups,
  level: LEVEL,
  query: ({ appliance }, { group }) => [groupNamed(appliance.facts(), group)],
  view: anonymousGroupLines,
});

const templatesHelp = { ...showSubscriberHelp, templates: "What anonymous subscribers are born with" };

const templates = show({
  syntax: "show interface LineCard 0 subscriber templates [all]",
  help: { ...templatesHelp, all: "Every one" },
  level: LEVEL,
  query: ({ appliance }) => templatesOf(appliance.facts()),
  view: templateLines,
});

const template = show({
  syntax: "show interface LineCard 0 subscriber templates index <index:0-199>",
  help: { ...templatesHelp, index: "One template", "<index>": "Its number" },
  level: LEVEL,
  query({ appliance }, { index }) {
    const found = templatesOf(appliance.facts()).filter((each) => each.template === index);
    if (found.length === 0) throw new Sentence(`Template ${index} has no package.`);
    return found;
  },
  view: templateLines,
});

const aging = show({
  syntax: "show interface LineCard 0 subscriber aging anonymous",
  help: { ...showSubscriberHelp, aging: "When subscribers are forgotten", anonymous: "Those of the anonymous groups" },
  level: LEVEL,
  query: ({ appliance }) => ({ minutes: appliance.facts().anonymousAgeingMinutes }),
  view: ({ minutes }) =>
    minutes === null
      ? ["Aging of anonymous subscribers is disabled."]
      : ["Aging of anonymous subscribers is enabled.", `Anonymous subscribers age after ${minutes} minutes.`],
});

const introducedAging = show({
  syntax: "show interface LineCard 0 subscriber aging introduced",
  help: { ...showSubscriberHelp, aging: "When subscribers are forgotten", introduced: "Names that nobody typed" },
  level: LEVEL,
  query: ({ appliance }) => ({ minutes: appliance.facts().introducedAgeingMinutes }),
  view: ({ minutes }) =>
    minutes === null
      ? ["Aging of introduced subscribers is disabled."]
      : [
          "Aging of introduced subscribers is enabled.",
          `Introduced subscribers age after ${minutes} minutes without a mapping.`,
        ],
});

const unmapped = show({
  syntax: "show interface LineCard 0 subscriber unmapped",
  help: { ...showSubscriberHelp, unmapped: "What is of no subscriber: it is forwarded and not counted" },
  level: LEVEL,
  query({ appliance }) {
    const { fastPath } = appliance.status();
    if (!fastPath) throw new Sentence(NO_FAST_PATH);
    return { sessions: fastPath.counters.sessions_unmapped, startedAt: fastPath.startedAt };
  },
  view: ({ sessions, startedAt }) => [
    `Sessions of no subscriber: ${sessions}.`,
    `The fast path runs since ${dateAndTime(startedAt)}; its counters go on over its restarts.`,
  ],
});

const database = show({
  syntax: "show interface LineCard 0 subscriber db counters",
  help: { ...showSubscriberHelp, db: "The table of subscribers", counters: "What is in it, and what came and went" },
  level: LEVEL,
  query({ appliance }) {
    const { fastPath, daemon } = appliance.status();
    if (!fastPath) throw new Sentence(NO_FAST_PATH);
    const { figures, peak } = appliance.nameStatus();
    return { fastPath, figures, peak, daemonStartedAt: daemon.startedAt };
  },
  view: databaseLines,
});

export const subscriberCommands: readonly ExecCommand[] = [
  ...[byAddress, amount, anonymousAmount, mappingAmount, allNames, anonymous, mapping],
  ...[groups, group, templates, template, aging, introducedAging, unmapped, database],
];

type Appliance = Context["appliance"];

/** With the package that was assigned in place of his own: of the detectors that have counted nothing only its own may. */
function withAssigned(subscriber: Subscriber, overrides: readonly JudgedOverride[], { packages }: Facts): Subscriber {
  const isNamed = nameIdOf(subscriber.subscriber.address) !== undefined;
  const assigned = assignedTo(isNamed, overrides);
  const owner = packages.find(({ id }) => id === assigned?.package);
  if (!owner) return subscriber;
  const detectors = subscriber.detectors.filter(({ id, name }) => id !== null || name?.package === owner.id);
  return { ...subscriber, package: packageNameOf(owner), detectors };
}

async function amountOf({ subscribers }: Appliance, query: SubscriberQuery) {
  return { amount: await subscribers.count(query) };
}

/** As many as are listed, and whether there are more. */
async function listOf(appliance: Appliance, query: SubscriberQuery) {
  const found: Subscriber[] = [];
  for await (const page of appliance.subscribers.find(query)) {
    found.push(...page);
    if (found.length > LISTED_MAX) break;
  }
  const more = found.length > LISTED_MAX;
  return { subscribers: found.slice(0, LISTED_MAX), more, refusing: isRefusing(appliance) };
}

/** A group's own subscribers: not those of the groups inside it. */
function queryOf(facts: Facts, name: string | undefined): SubscriberQuery {
  if (name === undefined) return {};
  const { prefix } = groupNamed(facts, name);
  const others = usableGroups(facts)
    .map((each) => each.prefix)
    .filter((each) => each !== prefix);
  return { within: [prefix], except: others };
}

function groupNamed({ anonymousGroups }: Facts, name: string): Facts["anonymousGroups"][number] {
  const found = anonymousGroups.find((each) => each.name === name);
  if (!found) throw new Sentence(`There is no anonymous group "${name}".`);
  return found;
}

/** Template 0 is always package 0. */
function templatesOf(facts: Facts) {
  return [0, ...facts.templates.map(({ id }) => id)].map((template) => {
    const found = packageOf(facts, { template });
    return { template, package: found ? packageNameOf(found) : null };
  });
}
