// Operations on subscribers.

import { z } from "zod";
import type { ApplianceOperation } from "../appliance.ts";
import type { SubscriberAddress } from "../engine/region_data.ts";
import { Sentence } from "../sentence.ts";
import { type DetectorState, type Subscriber, tagsOf } from "../subscribers/subscriber.ts";
import { told } from "../subscribers/subscribers.ts";

export interface ReleaseInput {
  readonly address: string;
  /** Of his packets, the outer one first; none: in whatever tags. */
  readonly vlans: readonly number[];
}

/** Who was released, and from what. */
export interface Released {
  readonly subscriber: SubscriberAddress;
  readonly detectors: readonly DetectorState[];
}

/** Ends the breaches of the subscribers that have this address. */
export const releaseSubscriber: ApplianceOperation<ReleaseInput, readonly Released[]> = {
  name: "subscriber.release",
  kind: "action",
  level: 10,
  input: z.object({ address: z.union([z.ipv4(), z.ipv6()]), vlans: z.array(z.int().min(1).max(4095)).readonly() }),
  describe: asked,
  async run({ engine, subscribers }, input) {
    const released: Released[] = [];
    for (const { subscriber, detectors } of await inBreach(subscribers.find({ containing: input.address }), input)) {
      const isReleased = await engine.release({ subscriber, detector: 0 }).catch((error: unknown) => {
        throw told(error);
      });
      if (isReleased) released.push({ subscriber, detectors: detectors.filter(({ inBreach }) => inBreach) });
    }
    if (released.length === 0) throw new Sentence(`${asked(input)} is in no breach.`);
    return { result: released };
  },
};

async function inBreach(found: AsyncIterable<readonly Subscriber[]>, { vlans }: ReleaseInput): Promise<Subscriber[]> {
  const wanted = ({ subscriber, state }: Subscriber) =>
    state !== "clear" && (vlans.length === 0 || tagsOf(subscriber).join() === vlans.join());
  return (await Array.fromAsync(found)).flat().filter(wanted);
}

function asked({ address, vlans }: ReleaseInput): string {
  return vlans.length > 0 ? `${address} in VLAN ${vlans.join(".")}` : address;
}
