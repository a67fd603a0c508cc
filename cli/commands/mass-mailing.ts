// Who is in breach, who was, and his release.

import type { Breach } from "../../mgmt/breaches/breach.ts";
import { serviceNames } from "../../mgmt/config/known-services.ts";
import { BREACHES_MAX } from "../../mgmt/local/protocol.ts";
import { releaseSubscriber } from "../../mgmt/operations/subscriber.ts";
import type { JudgedOverride } from "../../mgmt/overrides/override.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import type { Subscriber } from "../../mgmt/subscribers/subscriber.ts";
import { addressesOf, type Whom, whoeverHas, whoIs, whomText } from "../../mgmt/subscribers/whom.ts";
import { breachRecordLines, historyLines } from "../views/breaches.ts";
import { type Mailing, massMailingLines, releasedLines } from "../views/mass-mailing.ts";
import { act, type Context, type ExecCommand, show } from "./exec.ts";
import { showHelp } from "./help.ts";
import { isRefusing } from "./refusing.ts";

/** A list that is longer is cut: it is for reading. */
const LISTED_MAX = 1000;

const HISTORY_DEFAULT = 20;

const BREACH_NUMBER_MAX = 999_999_999_999;

const massMailingHelp = {
  ...showHelp,
  "mass-mailing": "Who is in breach, of what, since when and until when",
} as const;

const all = show({
  syntax: "show mass-mailing",
  help: massMailingHelp,
  level: 5,
  query: ({ appliance }) => inBreach(appliance),
  view: massMailingLines,
});

const ofSubscriber = show({
  syntax: "show mass-mailing subscriber ip <address:ADDRESS>",
  help: { ...massMailingHelp, subscriber: "Of one subscriber", ip: "By address", "<address>": "His address" },
  level: 5,
  query: ({ appliance }, { address }) => inBreach(appliance, whoeverHas(address)),
  view: massMailingLines,
});

const nameHelp = { name: "By name", "<name>": "His name" } as const;

const ofName = show({
  syntax: "show mass-mailing subscriber name <name:STRING>",
  help: { ...massMailingHelp, subscriber: "Of one subscriber", ...nameHelp },
  level: 5,
  query: async ({ appliance }, { name }) => inBreach(appliance, await whoIs(name, appliance.names)),
  view: massMailingLines,
});

const history = show({
  syntax: `show mass-mailing history [count <count:1-${BREACHES_MAX}>] [subscriber ip <address:ADDRESS>]`,
  help: {
    ...massMailingHelp,
    history: "Who was in breach, of what, since when and until when, the latest first",
    count: "How far back",
    "<count>": "Breaches (default 20)",
    subscriber: "Of one subscriber",
    ip: "By address",
    "<address>": "His address",
  },
  level: 5,
  query: ({ appliance }, { count = HISTORY_DEFAULT, address }) =>
    address === undefined ? appliance.breaches(count) : historyOf(appliance, address, count),
  view: (found, { address }) => historyLines(found, address),
});

const historyOfName = show({
  syntax: `show mass-mailing history [count <count:1-${BREACHES_MAX}>] subscriber name <name:STRING>`,
  help: {
    ...massMailingHelp,
    ...{ history: "Who was in breach, of what, since when and until when, the latest first" },
    ...{ count: "How far back", "<count>": "Breaches (default 20)", subscriber: "Of one subscriber", ...nameHelp },
  },
  level: 5,
  async query({ appliance }, { count = HISTORY_DEFAULT, name }) {
    const { address } = await whoIs(name, appliance.names);
    return appliance.breaches(count, address);
  },
  view: (found, { name }) => historyLines(found, name),
});

const breach = show({
  syntax: `show mass-mailing breach <number:1-${BREACH_NUMBER_MAX}>`,
  help: { ...massMailingHelp, breach: "All that is on record of one", "<number>": "As the history numbers it" },
  level: 5,
  async query({ appliance }, { number }) {
    const found = await appliance.breach(number);
    if (!found) throw new Sentence(`No breach ${number} is on record.`);
    return found;
  },
  view: breachRecordLines,
});

const releaseHelp = {
  release: "End something before its time",
  subscriber: "His breaches: he is blocked no more, and is counted from nothing",
  ...{ service: "Only from his breaches of a service", "<service>": "Its name" },
  ...{ reason: "Why", "<reason>": "To be read in the record of the breach" },
} as const;

const release = act({
  syntax:
    "release subscriber ip <address:ADDRESS> [VLAN-id <vlan:1-4095>] [inner-VLAN-id <innerVlan:1-4095>] [service <service:WORD>] [reason <reason:LINE>]",
  help: {
    ...releaseHelp,
    ip: "By address",
    "<address>": "His address",
    "VLAN-id": "Only in a VLAN; else in every one where he is in breach",
    "<vlan>": "Its number",
    "inner-VLAN-id": "With a second tag, the inner one",
    "<innerVlan>": "Its number",
  },
  suggest: { service: serviceNames },
  operation: releaseSubscriber,
  input: ({ address, vlan, innerVlan, service, reason }) => ({
    ...{ address, name: null, vlans: [vlan, innerVlan].filter((id) => id !== undefined) },
    ...{ service, reason },
  }),
  view: releasedLines,
});

const releaseName = act({
  syntax: "release subscriber name <name:STRING> [service <service:WORD>] [reason <reason:LINE>]",
  help: { ...releaseHelp, ...nameHelp },
  suggest: { service: serviceNames },
  operation: releaseSubscriber,
  input: ({ name, service, reason }) => ({ address: null, name, vlans: [], service, reason }),
  view: releasedLines,
});

export const massMailingCommands: readonly ExecCommand[] = [
  ...[all, ofSubscriber, ofName, history, historyOfName, breach, release, releaseName],
];

/** The breaches that go on, the latest first. */
async function inBreach(appliance: Context["appliance"], whom?: Whom) {
  const found: Mailing[] = [];
  let more = false;
  const query = whom === undefined ? { inBreach: true } : { containing: whom.address, inBreach: true };
  for await (const page of appliance.subscribers.find(query)) {
    found.push(...page.flatMap(breachesOf));
    more = found.length > LISTED_MAX;
    if (more) break;
  }
  const latestFirst = found.slice(0, LISTED_MAX).sort((a, b) => since(b) - since(a));
  const overrides = whom === undefined ? await oneForced(appliance) : await overridesOf(appliance, whom, found);
  return {
    whom: whom ? whomText(whom) : null,
    breaches: latestFirst,
    overrides,
    more,
    refusing: isRefusing(appliance),
  };
}

/** Of whoever has an address, and of the name that it is mapped to now. */
async function historyOf(appliance: Context["appliance"], address: string, count: number): Promise<readonly Breach[]> {
  const addresses = addressesOf(whoeverHas(address), await knownWith(appliance, address));
  const found = await Promise.all(addresses.map((each) => appliance.breaches(count, each)));
  return found
    .flat()
    .sort((a, b) => b.startedAt - a.startedAt)
    .slice(0, count);
}

/** Nobody, while there is no fast path to ask: the record is told anyhow. */
async function knownWith(
  { status, subscribers }: Context["appliance"],
  address: string,
): Promise<readonly Subscriber[]> {
  return status().fastPath ? (await Array.fromAsync(subscribers.find({ containing: address }))).flat() : [];
}

/** Of a name those about it go before those about the address that was typed. */
async function overridesOf({ overrides }: Context["appliance"], whom: Whom, found: readonly Mailing[]) {
  return (await Promise.all(addressesOf(whom, found).map((address) => overrides.of(address)))).flat();
}

/** An override that blocks somebody by force, if there is any. */
async function oneForced({ overrides }: Context["appliance"]): Promise<readonly JudgedOverride[]> {
  for await (const page of overrides.list()) {
    const found = page.find(({ kind, idle }) => kind === "force-block" && idle === null);
    if (found) return [found];
  }
  return [];
}

function breachesOf({ detectors, ...subscriber }: Subscriber): Mailing[] {
  return detectors.filter(({ inBreach }) => inBreach).map((detector) => ({ ...subscriber, detector }));
}

function since({ detector }: Mailing): number {
  return detector.breachedAt ?? detector.period?.startedAt ?? 0;
}
