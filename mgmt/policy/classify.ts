// What the policy in force would do with a session, in the words of the configuration. The fast path's own code decides.

import type { DetectorName } from "../breaches/breach.ts";
import { type KnownService, knownServices } from "../config/known-services.ts";
import { usableGroups } from "../config/sections/anonymous-groups.ts";
import { classify, type SupposedSession } from "../engine/classify.ts";
import { Sentence } from "../sentence.ts";
import type { SubscriberPackage } from "../subscribers/subscriber.ts";
import { packageNameOf, type Subscribers } from "../subscribers/subscribers.ts";
import type { Prepared } from "./prepare.ts";

export interface Question extends Pick<SupposedSession, "protocol" | "serverPort"> {
  /** Opens the session. */
  readonly from: string;
  readonly to: string;
}

export interface Classified extends Question {
  /** The side that opens it. */
  readonly opener: SupposedSession["opener"];
  /** Null: neither address is a subscriber's, and nothing is counted. */
  readonly subscriber: ClassifiedSubscriber | null;
  /** Those of the policy that have the port. */
  readonly services: readonly ClassifiedService[];
  /** Those that count it. */
  readonly detectors: readonly DetectorName[];
  /** Those that do something here, in the order in which they decide. */
  readonly overrides: readonly ClassifiedOverride[];
}

export interface ClassifiedSubscriber {
  /** Null: he is anonymous, by his prefix. */
  readonly name: string | null;
  readonly address: string;
  readonly prefixLength: number;
  /** Null: he has a name. */
  readonly group: string | null;
  readonly template: number | null;
  /** An override's, else the name's or the template's. */
  readonly package: SubscriberPackage;
}

export interface ClassifiedService {
  readonly name: string;
  /** `measured`: its usage is counted. `unmeasured`: his package does not name it. The others: it is not this service. */
  readonly verdict: "exempt" | "blocked" | "measured" | "unmeasured" | "other-side" | "other-zone";
  readonly initiator: KnownService["initiator"];
  readonly zone: NonNullable<KnownService["zone"]> | null;
}

export interface ClassifiedOverride {
  /** 0: of the configuration's lines. */
  readonly number: number;
  readonly givesPackage: boolean;
  readonly exempt: readonly string[];
  readonly blocked: readonly string[];
}

/** `policy`: that in force; undefined: there is none yet. `nowMs`: of CLOCK_BOOTTIME. Rejects with a Sentence. */
export async function classified(
  question: Question,
  policy: Prepared | undefined,
  subscribers: Pick<Subscribers, "groupOf" | "nameWith">,
  nowMs: number,
): Promise<Classified> {
  if (!policy) throw new Sentence("There is no configuration yet: nothing is judged.");
  const { facts, blob, services, detectors } = policy;
  const { from, to, protocol, serverPort } = question;
  if (from.includes(":") !== to.includes(":")) {
    throw new Sentence("A session has two addresses of one family: give two of IPv4 or two of IPv6.");
  }
  const named = { from: await subscribers.nameWith(from), to: await subscribers.nameWith(to) };
  const isOurs = { from: named.from || subscribers.groupOf(from), to: named.to || subscribers.groupOf(to) };
  // Between two subscribers it is his who opens it.
  const opener = !isOurs.from && isOurs.to ? "network" : "subscriber";
  const [subscriber, network] = opener === "subscriber" ? [from, to] : [to, from];
  const name = (opener === "subscriber" ? named.from : named.to) ?? null;
  const found = await classify(blob, { subscriber, network, protocol, serverPort, opener, name }, nowMs);
  const nameOf = (bit: number) => services[bit] ?? `service ${bit}`;
  const namesOf = (bits: readonly number[]) => bits.map(nameOf);
  const verdicts = {
    in: namesOf(found.services),
    exempt: namesOf(found.exempt),
    blocked: namesOf(found.blocked),
    measured: namesOf(found.subscriber?.measured ?? []),
  };
  return {
    ...{ ...question, opener },
    subscriber: found.subscriber && subscriberOf(found.subscriber, name?.name ?? null, facts),
    services: withPort(question, facts, services).map((each) => serviceOf(each, verdicts, opener)),
    detectors: (found.subscriber?.detectors ?? []).flatMap((id) => detectors.get(id) ?? []),
    overrides: found.overrides.map((each) => ({
      ...{ number: each.number, givesPackage: each.givesPackage },
      ...{ exempt: namesOf(each.exempt), blocked: namesOf(each.blocked) },
    })),
  };
}

type Found = NonNullable<Awaited<ReturnType<typeof classify>>["subscriber"]>;

function subscriberOf(found: Found, name: string | null, facts: Prepared["facts"]): ClassifiedSubscriber {
  const { address, prefixLength, template } = found;
  const owner = facts.packages.find(({ id }) => id === found.package);
  return {
    ...{ name, address, prefixLength, template },
    group: found.group === null ? null : (usableGroups(facts)[found.group]?.name ?? ""),
    package: owner ? packageNameOf(owner) : { id: found.package, name: null },
  };
}

/** Of the policy's services those with the question's protocol and port. */
function withPort({ protocol, serverPort }: Question, facts: Prepared["facts"], names: readonly string[]) {
  return knownServices(facts).filter(
    ({ name, transport }) =>
      names.includes(name) &&
      transport.protocol === protocol &&
      transport.ports.some(({ first, last }) => first <= serverPort && serverPort <= last),
  );
}

type Verdicts = Readonly<Record<"in" | "exempt" | "blocked" | "measured", readonly string[]>>;

function serviceOf({ name, initiator, zone }: KnownService, verdicts: Verdicts, opener: Classified["opener"]) {
  return { name, verdict: verdictOf(), initiator, zone: zone ?? null };

  function verdictOf(): ClassifiedService["verdict"] {
    if (!verdicts.in.includes(name))
      return initiator === "either" || initiator === opener ? "other-zone" : "other-side";
    if (verdicts.blocked.includes(name)) return "blocked";
    if (verdicts.exempt.includes(name)) return "exempt";
    return verdicts.measured.includes(name) ? "measured" : "unmeasured";
  }
}
