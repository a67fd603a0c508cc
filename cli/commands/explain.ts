// Why a subscriber is refused, or is not: everything that is known of him, in the order in which it is told to him.

import { type ExplainFacts, explain } from "../../mgmt/explain/explain.ts";
import { USAGE_MINUTES } from "../../mgmt/explain/used.ts";
import { BREACHES_MAX } from "../../mgmt/local/protocol.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { type Subscriber, tagsOf } from "../../mgmt/subscribers/subscriber.ts";
import { addressesOf, type Whom, whoeverHas, whoIs } from "../../mgmt/subscribers/whom.ts";
import { explanationLines } from "../views/explain.ts";
import { type Context, type ExecCommand, show } from "./exec.ts";

const subscriber = show({
  syntax: "explain subscriber ip <address:ADDRESS> [VLAN-id <vlan:1-4095>] [inner-VLAN-id <innerVlan:1-4095>]",
  help: {
    explain: "Say why something is as it is",
    subscriber: "What is counted of him, what is refused, why, until when, and what was before",
    ip: "By address",
    "<address>": "His address",
    "VLAN-id": "Only in a VLAN; else in every one where he was seen",
    "<vlan>": "Its number",
    "inner-VLAN-id": "With a second tag, the inner one",
    "<innerVlan>": "Its number",
  },
  level: 5,
  async query(context, { address, vlan, innerVlan }) {
    const vlans = [vlan, innerVlan].filter((id) => id !== undefined);
    return { who: address, explanations: explain(await factsOf(context, whoeverHas(address), vlans)) };
  },
  view: explanationLines,
});

const subscriberName = show({
  syntax: "explain subscriber name <name:STRING>",
  help: {
    explain: "Say why something is as it is",
    subscriber: "What is counted of him, what is refused, why, until when, and what was before",
    name: "By name",
    "<name>": "His name",
  },
  level: 5,
  async query(context, { name }) {
    const whom = await whoIs(name, context.appliance.names);
    return { who: name, explanations: explain(await factsOf(context, whom, [])) };
  },
  view: explanationLines,
});

export const explainCommands: readonly ExecCommand[] = [subscriber, subscriberName];

async function factsOf({ appliance, now }: Context, whom: Whom, vlans: readonly number[]): Promise<ExplainFacts> {
  const { address } = whom;
  const { fastPath, daemon } = appliance.status();
  const has = (each: Pick<Subscriber, "subscriber">) =>
    vlans.length === 0 || tagsOf(each.subscriber).join() === vlans.join();
  const found = fastPath ? await Array.fromAsync(appliance.subscribers.find({ containing: address })) : [];
  const subscribers = found.flat().filter(has);
  const addresses = addressesOf(whom, subscribers);
  const [overrides, breaches, usage] = await Promise.all([
    Promise.all(addresses.map((each) => appliance.overrides.of(each, { ended: true }))),
    Promise.all(addresses.map((each) => appliance.breaches(BREACHES_MAX, each))),
    Promise.all(addresses.map((each) => appliance.usage.of(each, USAGE_MINUTES))).catch(unread),
  ]);
  if (vlans.length > 0 && subscribers.length === 0) {
    throw new Sentence(`${address} was not seen in VLAN ${vlans.join(".")} lately.`);
  }
  return {
    ...{ whom, now: now(), configuration: appliance.facts(), group: appliance.subscribers.groupOf(address) ?? null },
    ...{ subscribers, overrides: overrides.flat(), breaches: breaches.flat().filter(has) },
    ...{ moreBreaches: breaches.some(({ length }) => length === BREACHES_MAX) },
    ...{ usage: usage?.flat().filter(has) ?? null, fastPath, eventsLost: daemon.eventsLost },
  };
}

/** There is much else to say. */
function unread(error: unknown): null {
  if (!(error instanceof Sentence)) throw error;
  return null;
}
