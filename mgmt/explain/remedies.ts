// What an operator can type to end what refuses a subscriber.

import { OF_CONFIGURATION } from "../engine/policy_override.ts";
import { type Subscriber, tagsOf } from "../subscribers/subscriber.ts";
import type { Whom } from "../subscribers/whom.ts";
import type { InBreach, OverrideInForce, Remedy } from "./findings.ts";

const MINUTES = 60;

export function remediesOf(
  whom: Whom,
  subscriber: Subscriber | undefined,
  overrides: readonly OverrideInForce[],
  breaches: readonly InBreach[],
): Remedy[] {
  const refusing = breaches.filter(({ outcome }) => outcome === "refused");
  const services = new Set(refusing.flatMap(({ detector }) => detector.name?.service ?? []));
  const [vlan, inner] = subscriber ? tagsOf(subscriber.subscriber) : [];
  const who = whomTyped(whom, subscriber);
  const tags = `${vlan === undefined ? "" : ` VLAN-id ${vlan}`}${inner === undefined ? "" : ` inner-VLAN-id ${inner}`}`;
  const release = refusing.length > 0 ? [`release subscriber ${who}${tags} reason TEXT`] : [];
  const forced = overrides.flatMap(({ override: { kind, number }, beatenBy }) =>
    kind === "force-block" && beatenBy === null && number !== OF_CONFIGURATION ? number : [],
  );
  const none = { kind: "remedy", service: null, override: null } as const;
  return [
    ...release.map((command) => ({ ...none, by: "release", command }) as const),
    ...[...services].map((service) => {
      const command = `exempt subscriber ${who} service ${service} for ${MINUTES} reason TEXT`;
      return { ...none, by: "exempt", service, command } as const;
    }),
    ...forced.map((number) => {
      return { ...none, by: "clear", override: number, command: `clear override ${number} reason TEXT` } as const;
    }),
  ];
}

/** A name is meant whole: his address may be another's tomorrow. */
function whomTyped({ address, name }: Whom, subscriber: Subscriber | undefined): string {
  const called = name ?? subscriber?.subscriber.name;
  return called === undefined ? `ip ${address}` : `name "${called}"`;
}
