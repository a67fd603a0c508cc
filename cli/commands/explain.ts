// Why a subscriber is refused, or is not: everything that is known of him, in the order in which it is told to him.

import { type ExplainFacts, explain } from "../../mgmt/explain/explain.ts";
import { USAGE_MINUTES } from "../../mgmt/explain/used.ts";
import { BREACHES_MAX } from "../../mgmt/local/protocol.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { type Subscriber, tagsOf } from "../../mgmt/subscribers/subscriber.ts";
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
    return { address, explanations: explain(await factsOf(context, address, vlans)) };
  },
  view: explanationLines,
});

export const explainCommands: readonly ExecCommand[] = [subscriber];

async function factsOf({ appliance, now }: Context, address: string, vlans: readonly number[]): Promise<ExplainFacts> {
  const { fastPath, daemon } = appliance.status();
  const has = (each: Pick<Subscriber, "subscriber">) =>
    vlans.length === 0 || tagsOf(each.subscriber).join() === vlans.join();
  const [found, overrides, breaches, usage] = await Promise.all([
    fastPath ? Array.fromAsync(appliance.subscribers.find({ containing: address })) : [],
    appliance.overrides.of(address, { ended: true }),
    appliance.breaches(BREACHES_MAX, address),
    appliance.usage.of(address, USAGE_MINUTES).catch(unread),
  ]);
  const subscribers = found.flat().filter(has);
  if (vlans.length > 0 && subscribers.length === 0) {
    throw new Sentence(`${address} was not seen in VLAN ${vlans.join(".")} lately.`);
  }
  return {
    ...{ address, now: now(), configuration: appliance.facts(), group: appliance.subscribers.groupOf(address) ?? null },
    ...{ subscribers, overrides, breaches: breaches.filter(has), moreBreaches: breaches.length === BREACHES_MAX },
    ...{ usage: usage?.filter(has) ?? null, fastPath, eventsLost: daemon.eventsLost },
  };
}

/** There is much else to say. */
function unread(error: unknown): null {
  if (!(error instanceof Sentence)) throw error;
  return null;
}
