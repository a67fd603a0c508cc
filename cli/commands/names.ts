// Questions about subscribers by name, under `show interface LineCard 0 subscriber`.

import { Sentence } from "../../mgmt/sentence.ts";
import { addressOfName } from "../../mgmt/subscribers/name-address.ts";
import { packageGiven, packageNameOf } from "../../mgmt/subscribers/subscribers.ts";
import { nameCounterLines, nameLines, nameListLines, nameMappingLines } from "../views/names.ts";
import { amountLines } from "../views/subscribers.ts";
import { type Context, type ExecCommand, show } from "./exec.ts";
import { showSubscriberHelp } from "./help.ts";
import { isRefusing } from "./refusing.ts";

const LEVEL = 5;

/** A list that is longer is cut: it is for reading. */
const LISTED_MAX = 10_000;

const nameHelp = { ...showSubscriberHelp, name: "One subscriber, by name", "<name>": "His name" } as const;
const amountHelp = { amount: "How many there are" } as const;
const prefixHelp = { prefix: "By how his name begins", "<prefix>": "The beginning" } as const;
const suffixHelp = { suffix: "By how his name ends", "<suffix>": "The end" } as const;

const byName = show({
  syntax: "show interface LineCard 0 subscriber name <name:NAME>",
  help: nameHelp,
  level: LEVEL,
  query: ({ appliance }, { name }) => allOf(appliance, name),
  view: nameLines,
});

const mappings = show({
  syntax: "show interface LineCard 0 subscriber name <name:NAME> mappings",
  help: { ...nameHelp, mappings: "What of the network is his, and by whose word" },
  level: LEVEL,
  query: ({ appliance }, { name }) => introduced(appliance, name),
  view: nameMappingLines,
});

const counters = show({
  syntax: "show interface LineCard 0 subscriber name <name:NAME> counters",
  help: { ...nameHelp, counters: "What is counted of him" },
  level: LEVEL,
  query: ({ appliance }, { name }) => allOf(appliance, name),
  view: nameCounterLines,
});

const byPrefix = show({
  syntax: "show interface LineCard 0 subscriber prefix <prefix:NAME>",
  help: { ...showSubscriberHelp, ...prefixHelp },
  level: LEVEL,
  query: ({ appliance }, filter) => listOf(appliance, filter),
  view: nameListLines,
});

const bySuffix = show({
  syntax: "show interface LineCard 0 subscriber suffix <suffix:NAME>",
  help: { ...showSubscriberHelp, ...suffixHelp },
  level: LEVEL,
  query: ({ appliance }, filter) => listOf(appliance, filter),
  view: nameListLines,
});

const prefixAmount = show({
  syntax: "show interface LineCard 0 subscriber amount prefix <prefix:NAME>",
  help: { ...showSubscriberHelp, ...amountHelp, ...prefixHelp },
  level: LEVEL,
  query: async ({ appliance }, filter) => ({ amount: await appliance.names.count(filter) }),
  view: amountLines,
});

const suffixAmount = show({
  syntax: "show interface LineCard 0 subscriber amount suffix <suffix:NAME>",
  help: { ...showSubscriberHelp, ...amountHelp, ...suffixHelp },
  level: LEVEL,
  query: async ({ appliance }, filter) => ({ amount: await appliance.names.count(filter) }),
  view: amountLines,
});

export const nameCommands: readonly ExecCommand[] = [
  ...[byName, mappings, counters],
  ...[byPrefix, bySuffix, prefixAmount, suffixAmount],
];

type Appliance = Context["appliance"];

async function introduced({ names }: Appliance, name: string) {
  const found = await names.named(name);
  if (!found) throw new Sentence(`There is no subscriber "${name}".`);
  return found;
}

/** `subscriber`: as the fast path has him; null: it does not. */
async function allOf(appliance: Appliance, name: string) {
  const found = await introduced(appliance, name);
  const facts = appliance.facts();
  const owner = packageGiven(facts, found.package);
  const containing = addressOfName(found.id);
  const { fastPath } = appliance.status();
  const records = fastPath ? await Array.fromAsync(appliance.subscribers.find({ containing })) : [];
  return {
    ...{ ...found, package: owner ? packageNameOf(owner) : null, mode: facts.subscriberMode },
    subscriber: records.flat()[0] ?? null,
    refusing: isRefusing(appliance),
  };
}

async function listOf({ names }: Appliance, filter: { readonly prefix?: string; readonly suffix?: string }) {
  const found: string[] = [];
  for await (const page of names.list(filter)) {
    found.push(...page);
    if (found.length > LISTED_MAX) break;
  }
  return { names: found.slice(0, LISTED_MAX), more: found.length > LISTED_MAX };
}
