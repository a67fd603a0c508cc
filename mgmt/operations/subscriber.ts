// Operations on subscribers.

import { z } from "zod";
import type { ApplianceOperation, ApplianceParts } from "../appliance.ts";
import type { Release } from "../breaches/releases.ts";
import type { SubscriberAddress } from "../engine/region_data.ts";
import { Sentence } from "../sentence.ts";
import { type DetectorState, type Subscriber, tagsOf } from "../subscribers/subscriber.ts";
import { told } from "../subscribers/subscribers.ts";
import { whoeverHas, whoIs } from "../subscribers/whom.ts";
import { reason } from "./reason.ts";
import { subscriberName } from "./subscriber-name.ts";

export interface ReleaseInput {
  /** Null: he is named. */
  readonly address: string | null;
  /** Null: whoever has the address. */
  readonly name: string | null;
  /** Of his packets, the outer one first; none: in whatever tags. */
  readonly vlans: readonly number[];
  /** Only from breaches of this one; undefined: from all. */
  readonly service?: string | undefined;
  /** In the words of who asks. */
  readonly reason?: string | undefined;
}

/** Who was released, and from what. */
export interface Released {
  readonly subscriber: SubscriberAddress;
  readonly detectors: readonly DetectorState[];
}

/** Ends the breaches of the subscriber of this name, or of those that have this address. */
export const releaseSubscriber: ApplianceOperation<ReleaseInput, readonly Released[]> = {
  name: "subscriber.release",
  kind: "action",
  level: 10,
  input: z
    .object({
      address: z.union([z.ipv4(), z.ipv6()]).nullable(),
      name: subscriberName.nullable(),
      vlans: z.array(z.int().min(1).max(4095)).readonly(),
      service: z.string().optional(),
      reason: reason.optional(),
    })
    .refine(({ address, name }) => (address === null) !== (name === null), { error: "expected an address or a name" }),
  describe: (input) => [whoText(input), input.service, input.reason].filter((part) => part !== undefined).join(": "),
  async run(parts, input, { user, from }) {
    const released: Released[] = [];
    for (const { subscriber, detectors } of await inBreach(parts, input)) {
      for (const { detector, ended } of ordersFor(detectors, input.service)) {
        const release = { subscriber, detector, user, from, why: input.reason ?? null };
        if (await ordered(parts, release)) released.push({ subscriber, detectors: ended });
      }
    }
    if (released.length === 0) throw noBreach(input);
    return { result: released };
  },
};

async function inBreach(
  { subscribers, names }: ApplianceParts,
  { address: typed, name, vlans }: ReleaseInput,
): Promise<Subscriber[]> {
  const { address } = name === null ? whoeverHas(typed ?? "") : await whoIs(name, names);
  const wanted = ({ subscriber, detectors }: Subscriber) =>
    detectors.some((each) => each.inBreach) && (vlans.length === 0 || tagsOf(subscriber).join() === vlans.join());
  return (await Array.fromAsync(subscribers.find({ containing: address }))).flat().filter(wanted);
}

/** What to ask the fast path, and which breaches end by it: one order for all, or one for each of a service. */
function ordersFor(detectors: readonly DetectorState[], service: string | undefined) {
  const breached = detectors.filter((each) => each.inBreach);
  if (service === undefined) return [{ detector: 0, ended: breached }];
  const ofService = breached.filter(({ name }) => name?.service === service);
  return ofService.flatMap((each) => (each.id === null ? [] : { detector: each.id, ended: [each] }));
}

async function ordered({ engine, releases }: ApplianceParts, release: Omit<Release, "at">): Promise<boolean> {
  const { subscriber, detector } = release;
  await releases.keep(release);
  return engine.release({ subscriber, detector }).catch((error: unknown) => {
    throw told(error);
  });
}

function noBreach(input: ReleaseInput): Sentence {
  return new Sentence(`${whoText(input)} is in no breach${input.service === undefined ? "" : ` of ${input.service}`}.`);
}

function whoText({ address, name, vlans }: ReleaseInput): string {
  const who = name ?? address ?? "";
  return vlans.length > 0 ? `${who} in VLAN ${vlans.join(".")}` : who;
}
